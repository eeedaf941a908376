/* What our pages do beyond standing there. Without this script every fold opens by itself, in any order. */

"use strict";

(function () {
  const all = (what, where = document) => Array.from(where.querySelectorAll(what));

  /* A hint waits until the one before it has been read. */
  function climb(ladder) {
    const rungs = all("details.hint", ladder);
    rungs.forEach((rung, n) => {
      const summary = rung.querySelector("summary");
      if (n > 0) wait(rung, summary);
      summary.addEventListener("click", (event) => {
        if (rung.classList.contains("waiting")) event.preventDefault();
      });
      rung.addEventListener("toggle", () => {
        if (rung.open && rungs[n + 1]) release(rungs[n + 1]);
      });
    });
  }

  function wait(rung, summary) {
    rung.classList.add("waiting");
    summary.setAttribute("aria-disabled", "true");
    summary.append(Object.assign(document.createElement("span"), { className: "waits", textContent: " after the one before" }));
  }

  function release(rung) {
    const summary = rung.querySelector("summary");
    rung.classList.remove("waiting");
    summary.removeAttribute("aria-disabled");
    all(".waits", summary).forEach((words) => words.remove());
  }

  /* Whoever comes by a link to something folded finds it open. */
  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  /* What is wider than the page can be reached, and moved, with the keyboard. */
  function reachable() {
    for (const box of all("article pre, article div.math, article .table-wrapper, article .cell_output, article p:has(> img), article figure.piece")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  /* Paper cannot be clicked. */
  const opened = [];
  function openAll() {
    for (const fold of all("article details:not([open])")) {
      fold.open = true;
      opened.push(fold);
    }
  }
  function closeAgain() {
    opened.splice(0).forEach((fold) => { fold.open = false; });
  }

  /* Two sidebars, told apart by those who hear them. */
  function nameSidebars() {
    for (const [what, name] of [[".sidebar-drawer", "Site"], [".toc-drawer", "On this page"]]) {
      all(what).forEach((side) => side.setAttribute("aria-label", name));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    nameSidebars();
    all(".ladder").forEach(climb);
    openTarget();
    reachable();
    if (window.MathJax && MathJax.startup) MathJax.startup.promise.then(reachable);
  });
  window.addEventListener("load", reachable);
  window.addEventListener("resize", reachable);
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", openAll);
  window.addEventListener("afterprint", closeAgain);
  document.addEventListener("toggle", reachable, true);
})();
