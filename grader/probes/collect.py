"""One question in, one answer out, both JSON text."""

import json
import platform
import sys

from .common import Fault, describe
from .images import image_block
from .modules import layer_gradients, module, series
from .observer import OBSERVER
from .predictions import predictions


def observed(namespace, request):
    """What was seen while the notebook ran, and what it ran on."""
    versions = {"python": platform.python_version()}
    for name in ("torch", "numpy", "pandas", "matplotlib"):
        if name in sys.modules:
            versions[name] = str(getattr(sys.modules[name], "__version__", "?"))
    return {"figures": OBSERVER.figures, "backward_calls": len(OBSERVER.losses), "versions": versions}


_PROBES = {
    "image_block": image_block,
    "layer_gradients": layer_gradients,
    "module": module,
    "observed": observed,
    "predictions": predictions,
    "series": series,
}


def answer(text):
    """`{"probe": name, "name": variable, ...}` -> `{"found": ...}` or `{"fault": kind, "message": text}`."""
    from IPython import get_ipython

    request = json.loads(text)
    try:
        found = _PROBES[request["probe"]](get_ipython().user_ns, request)
        return json.dumps({"found": found}, allow_nan=False)
    except Fault as fault:
        return json.dumps({"fault": fault.kind, "message": fault.message})
    except Exception as error:
        return json.dumps({"fault": "raised", "message": describe(error)})
