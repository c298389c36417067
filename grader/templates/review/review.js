// Keys for the review page. Without it the forms still work, by mouse.
"use strict";
(() => {
  const form = document.getElementById("decide");
  const inputs = form ? [...form.querySelectorAll("input.points")] : [];
  const keys = document.getElementById("keys");
  let sent = false;

  const current = () => {
    const at = inputs.indexOf(document.activeElement);
    return at >= 0 ? inputs[at] : inputs.find((input) => "open" in input.dataset) || null;
  };
  const valid = (input) => {
    const text = input.value.trim().replace(",", ".");
    const good = text === "" || (/^(\d+\.?\d*|\.\d+)$/.test(text) && Number(text) <= Number(input.dataset.max));
    input.classList.toggle("wrong", !good);
    return good;
  };
  const send = () => {
    const wrong = inputs.find((input) => !valid(input));
    if (wrong) { wrong.focus(); wrong.select(); return; }
    if (inputs.length && inputs.every((input) => input.value.trim() === "")) {
      const input = current() || inputs[0];
      input.classList.add("wrong");
      input.focus();
      return;
    }
    if (!sent) form.requestSubmit();
  };
  const accept = (input) => {
    if (input && input.value.trim() === "" && input.dataset.suggestion !== undefined && "open" in input.dataset)
      input.value = input.dataset.suggestion;
  };
  const follow = (key) => {
    const link = document.querySelector(`a[data-key="${key}"]`);
    if (link) link.click();
  };
  const step = (by) => {
    const at = inputs.indexOf(document.activeElement);
    const next = at < 0 ? current() || inputs[0] : inputs[at + by];
    if (next) { next.focus(); next.select(); }
  };
  const toggle = (id) => {
    const details = document.getElementById(id);
    if (details) { details.open = !details.open; if (details.open) details.scrollIntoView({ block: "nearest" }); }
  };
  const acceptAll = () => {
    if (!form || !inputs.length) return;
    inputs.forEach(accept);
    send();
  };
  const marked = form && inputs.length > 0 && inputs.every((input) => "open" in input.dataset) && form.action.endsWith("/mark");

  const acts = {
    a: () => { if (form && inputs.length) { accept(current()); send(); } },
    A: acceptAll,
    n: () => follow("n"), j: () => follow("n"), p: () => follow("p"), k: () => follow("p"),
    b: () => follow("b"), g: () => follow("g"),
    u: () => { const undo = document.getElementById("undo"); if (undo && !sent) { sent = true; undo.requestSubmit(); } },
    s: () => { const same = form && form.querySelector('input[name="same"]'); if (same) same.click(); },
    r: () => { const reason = form && form.querySelector('input[name="reason"]'); if (reason) { reason.focus(); reason.select(); } },
    m: () => toggle("model"), e: () => toggle("executed"),
    "?": () => keys.open ? keys.close() : keys.showModal(),
  };
  const named = (event) => {
    if (/^[a-zA-Z?]$/.test(event.key)) return event.key;
    const letter = /^Key([A-Z])$/.exec(event.code); // a Korean keyboard gives a letter of its own
    return letter ? (event.shiftKey ? letter[1] : letter[1].toLowerCase()) : event.key;
  };
  const enter = (event) => {
    const at = document.activeElement;
    if (at && at.matches("a, button, summary, select, input[type=checkbox]")) return;
    event.preventDefault();
    if (event.repeat || event.isComposing) return;
    if (!form) { follow("Enter"); return; }
    const row = inputs.indexOf(at);
    if (marked && row >= 0 && inputs[row].value.trim() !== "" && inputs.some((input) => input.value.trim() === "")) {
      const open = inputs.find((input) => input.value.trim() === "");
      if (valid(inputs[row])) open.focus();
      return;
    }
    if (row >= 0) accept(inputs[row]);
    send();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (keys.open && event.key !== "?")) return;
    const at = document.activeElement;
    const writing = at && at.matches('select, textarea, input[type="text"]:not(.points)');
    if (event.key === "Escape" && writing) { at.blur(); const input = current(); if (input) input.focus(); return; }
    if (event.key === "Enter") {
      if (!(writing && !form)) enter(event);
      return;
    }
    if (writing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && inputs.length) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (/^[0-9.,]$/.test(event.key) && inputs.length && !inputs.includes(at)) { (current() || inputs[0]).focus(); return; }
    const act = acts[named(event)];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    if (sent && event.target === form) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
  inputs.forEach((input) => {
    input.addEventListener("focus", () => {
      document.querySelectorAll(".row.current").forEach((row) => row.classList.remove("current"));
      input.closest(".row").classList.add("current");
    });
    input.addEventListener("input", () => valid(input));
  });
  document.querySelectorAll("[data-reason]").forEach((button) => button.addEventListener("click", () => {
    form.querySelector('input[name="reason"]').value = button.dataset.reason;
    const input = current();
    if (input) input.focus();
  }));
  const same = form && form.querySelector('input[name="same"]');
  if (same) { // not to be ticked anew by a reload
    const kept = `alone ${form.elements.at.value} ${form.elements.student.value}`;
    if (sessionStorage.getItem(kept)) same.checked = false;
    same.addEventListener("change", () => same.checked ? sessionStorage.removeItem(kept) : sessionStorage.setItem(kept, "1"));
  }
  const all = document.getElementById("accept-all");
  if (all) all.addEventListener("click", acceptAll);
  const shown = document.getElementById("show-keys");
  if (shown) shown.addEventListener("click", () => keys.showModal());
  const counted = form && form.querySelector("output");
  if (counted) form.addEventListener("change", () => {
    counted.textContent = form.querySelectorAll('input[name="case"]:checked').length;
  });
})();
