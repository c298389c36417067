"""What each model was fed and trained on, seen from torch's hooks: for notebooks that use names of their own.

A record per outermost module that has parameters: batches that went into a loss, with the tensors from which that
loss was made (the targets among them), and what was evaluated since. Only references are kept, of the last rows.
"""

import collections

from .common import Module, is_a, torch

MOST_ROWS = 25_000  # kept of a training's last batches, and of an evaluation: an epoch of homework data
_MOST_NUMBERS = 4_000_000  # of one batch that is kept at all
_MOST_MODELS, _MOST_PARAMETERS = 64, 20_000_000
_MOST_NODES = 40  # of a loss's graph that are looked at: a loss is made in a few steps from a model's output
_MOST_BATCHES, _MOST_EVALUATIONS, _MOST_LOSSES = 20_000, 4, 200_000
_SAVED = ("_saved_target", "_saved_self", "_saved_other", "_saved_input")


class Training:
    """One model: `batches` of (inputs, outputs, tensors saved for the loss), `evaluations` of (inputs, outputs)."""

    def __init__(self, model, order):
        self.model = model
        self.order = order  # of first calls
        self.batches = collections.deque()
        self.rows = 0
        self.losses = 0  # backward passes
        self.history = []  # their losses
        self.cells = []  # numbers of executions in which it was trained, first and last
        self.evaluations = []
        self.evaluating = False

    def trained_on(self, inputs, outputs, saved, loss, execution):
        self.evaluating = False
        self.losses += 1
        if len(self.history) < _MOST_LOSSES:
            self.history.append(loss)
        self.cells = [*self.cells[:1], execution]
        self.batches.append((inputs, outputs, saved))
        self.rows += len(inputs)
        while len(self.batches) > 1 and (self.rows > MOST_ROWS or len(self.batches) > _MOST_BATCHES):
            self.rows -= len(self.batches.popleft()[0])

    def evaluated_on(self, inputs, outputs, execution):
        """Calls without a training between them, in one cell, are the batches of one evaluation."""
        last = self.evaluations[-1] if self.evaluating and self.evaluations else None
        if last is None or last[2] != execution or not _goes_on(last[1], inputs):
            last = (self.losses, [], execution)
            self.evaluations.append(last)
            self._forget_one()
            self.evaluating = True
        if len(last[1]) < _MOST_BATCHES:
            last[1].append((inputs, outputs))

    def _forget_one(self):
        """Of too many evaluations the first of a cell that has a later one, as of every epoch, or else the first."""
        if len(self.evaluations) > _MOST_EVALUATIONS:
            later = zip(self.evaluations, self.evaluations[1:], strict=False)
            place = next((n for n, (one, next_one) in enumerate(later) if one[2] == next_one[2]), 0)
            del self.evaluations[place]


def _goes_on(calls, inputs):
    """Whether these rows are a further batch of the same evaluation, and not the same rows or another whole table."""
    same = any(x.data_ptr() == inputs.data_ptr() and x.shape == inputs.shape for x, _ in calls[-8:])
    return not same and sum(len(x) for x, _ in calls) + len(inputs) <= MOST_ROWS and len(inputs) <= len(calls[0][0])


class Trainings:
    """All records, and the calls that no loss has been made from yet."""

    def __init__(self):
        self.of = {}  # id(module) -> Training; the record keeps the module, so that no other one gets its number
        self.depth = 0
        self.pending = []  # (training, inputs, outputs) with a graph
        self.parameters = 0
        self.odd = set()  # ids of outermost modules that take something other than one table

    def enter(self):
        self.depth += 1

    def leave(self, module, args, output, execution):
        """After each forward pass; `depth` tells the outermost one."""
        self.depth = max(0, self.depth - 1)
        if self.depth or not is_a(output, torch.Tensor):
            return
        if len(args) != 1 or not is_a(args[0], torch.Tensor):
            if next(Module.parameters(module), None) is not None:
                self.odd.add(id(module))
            return
        training = self._training(module)
        inputs = args[0]
        if training is None or inputs.dim() != 2 or inputs.numel() > _MOST_NUMBERS or len(output) != len(inputs):
            return
        if output.requires_grad and output.grad_fn is not None:
            self.pending.append((training, inputs.detach(), output))
            del self.pending[:-_MOST_MODELS]
        else:
            training.evaluated_on(inputs.detach(), output.detach(), execution)

    def _training(self, module):
        if id(module) in self.of:
            return self.of[id(module)]
        count = sum(p.numel() for p in Module.parameters(module) if not torch.nn.parameter.is_lazy(p))
        if not count or len(self.of) >= _MOST_MODELS or self.parameters + count > _MOST_PARAMETERS:
            return None
        self.parameters += count
        self.of[id(module)] = Training(module, len(self.of))
        return self.of[id(module)]

    def backward(self, loss, execution):
        """Sort the pending calls into those that this loss was made from, and evaluations with a graph."""
        pending, self.pending = self.pending, []
        reached, saved = _graph_of(loss, [output.grad_fn for _, _, output in pending])
        for training, inputs, output in pending:
            if any(output.grad_fn is node for node in reached):
                wanted = [tensor for tensor in saved if tensor.numel() in (output.numel(), output.numel() ** 2)]
                training.trained_on(inputs, output.detach(), wanted[:3], float(loss.detach()), execution)
            else:
                training.evaluated_on(inputs, output.detach(), execution)

    def settle(self, execution):
        """At the end, and when a cell ends: what has no loss by now was evaluated only."""
        pending, self.pending = self.pending, []
        for training, inputs, output in pending:
            training.evaluated_on(inputs, output.detach(), execution)


def _graph_of(loss, ends):
    """Which of the nodes `ends` the loss's graph reaches in a few steps, and the tensors saved on the way."""
    reached, saved, seen = [], [], set()
    waiting = collections.deque([loss.grad_fn])
    while waiting and len(seen) < _MOST_NODES:
        node = waiting.popleft()
        if node is None or node in seen:
            continue
        seen.add(node)
        if any(node is end for end in ends):
            reached.append(node)
            continue
        saved += _saved_in(node)
        waiting.extend(following for following, _ in node.next_functions)
    return reached, saved


def _saved_in(node):
    found = []
    for name in _SAVED:
        try:
            tensor = getattr(node, name, None)
        except RuntimeError:  # changed in place since, or freed by an earlier backward pass
            continue
        if is_a(tensor, torch.Tensor):
            found.append(tensor.detach())
    return found
