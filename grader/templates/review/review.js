// Keys for the review page. Without it the forms still work, by mouse.
"use strict";
(() => {
  const form = document.getElementById("decide");
  const inputs = form ? [...form.querySelectorAll("input.points")] : [];
  const keys = document.getElementById("keys");
  const notice = document.getElementById("notice");
  let sent = false;
  let leaving = false; // was told that points would be lost

  const say = (text) => {
    document.querySelectorAll(".told .done").forEach((done) => { done.hidden = true; }); // it is of before
    notice.textContent = text;
    notice.hidden = !text;
  };
  const mark = (input, wrong) => {
    input.classList.toggle("wrong", wrong);
    if (wrong) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  };
  const holds = (event) => { // typed points are lost with the page: once it is said, then it may go
    if (leaving || !inputs.some((input) => input.value.trim() !== "")) return false;
    leaving = true;
    event.preventDefault();
    say(notice.dataset.typed);
    return true;
  };

  const current = () => {
    const at = inputs.indexOf(document.activeElement);
    return at >= 0 ? inputs[at] : inputs.find((input) => "open" in input.dataset) || null;
  };
  const valid = (input) => {
    const text = input.value.trim().replace(",", ".");
    const good = text === "" || (/^(\d+\.?\d*|\.\d+)$/.test(text) && Number(text) <= Number(input.dataset.max));
    mark(input, !good);
    return good;
  };
  const send = () => {
    const wrong = inputs.find((input) => !valid(input));
    if (wrong) {
      wrong.focus();
      wrong.select();
      say(wrong.dataset.range.replace("{given}", () => wrong.value.trim().slice(0, 20)));
      return;
    }
    if (inputs.length && inputs.every((input) => input.value.trim() === "")) {
      const input = current();
      if (input) { mark(input, true); input.focus(); }
      say(input ? notice.dataset.none : notice.dataset.choose);
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
    const typed = inputs.some((input) => input.value.trim() !== "");
    inputs.forEach(accept);
    if (!typed && inputs.every((input) => input.value.trim() === "")) say(notice.dataset.unsuggested);
    else send();
  };
  const marked = form && inputs.length > 0 && inputs.every((input) => "open" in input.dataset) && form.action.endsWith("/mark");

  const acts = {
    a: () => {
      if (!form || !inputs.length) return;
      const input = current();
      accept(input);
      if (input && input.value.trim() === "") say(notice.dataset.unsuggested); else send();
    },
    A: acceptAll,
    n: () => follow("n"), j: () => follow("n"), p: () => follow("p"), k: () => follow("p"),
    b: () => follow("b"), g: () => follow("g"),
    u: () => { const undo = document.getElementById("undo"); if (undo && !sent) undo.requestSubmit(); },
    s: () => { const same = form && form.querySelector('input[name="same"]'); if (same) same.click(); },
    r: () => { const reason = form && form.querySelector('input[name="reason"]'); if (reason) { reason.focus(); reason.select(); } },
    m: () => toggle("model"), e: () => toggle("executed"),
    "?": () => keys.open ? keys.close() : keys.showModal(),
  };
  const named = (event) => {
    const key = /^[a-zA-Z]$/.exec(event.key) || /^Key([A-Z])$/.exec(event.code); // a Korean keyboard gives letters of its own
    if (!key || event.key === "?") return event.key;
    const letter = key[key.length - 1];
    return event.shiftKey ? letter.toUpperCase() : letter.toLowerCase(); // CapsLock changes no key
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
    if (/^[0-9.,]$/.test(event.key) && inputs.length && !inputs.includes(at)) {
      const input = current(); // what is decided is chosen first, with an arrow or the mouse
      if (input) input.focus(); else { event.preventDefault(); say(notice.dataset.choose); }
      return;
    }
    const act = acts[named(event)];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    if (event.target !== form && holds(event)) return;
    if (sent) event.preventDefault();
    sent = true;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.target !== "_blank") holds(event);
  });
  window.addEventListener("pageshow", () => { sent = false; });
  inputs.forEach((input) => {
    input.addEventListener("focus", () => {
      document.querySelectorAll(".row.current").forEach((row) => row.classList.remove("current"));
      input.closest(".row").classList.add("current");
    });
    input.addEventListener("input", () => { leaving = false; if (valid(input)) say(""); });
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
