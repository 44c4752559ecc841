// A button that copies the address of the page, with everything that is set on it.
// It is on every lecture, so it also does what each needs: it tells page.css, before printing, how wide the page is on
// the screen, and lets the tabulator reach the formulas and tables that are wider than their place, to scroll them with the keys.
function measure() {
  const wide = document.querySelector(".stMainBlockContainer > div")?.clientWidth;
  if (wide && !matchMedia("print").matches) document.documentElement.style.setProperty("--cnnviz-screen", wide);
}
function reach() {
  for (const part of document.querySelectorAll(".stMain :is(.katex-display, .stMarkdown:has(table))")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}
function watch() {
  let asked = 0;
  const soon = () => { asked ||= requestAnimationFrame(() => { asked = 0; reach(); }); };
  const changes = new MutationObserver(soon), sizes = new ResizeObserver(soon), main = document.querySelector(".stMainBlockContainer");
  if (main) { changes.observe(main, { childList: true, subtree: true }); sizes.observe(main); }
  document.fonts.ready.then(soon);
  return () => { changes.disconnect(); sizes.disconnect(); cancelAnimationFrame(asked); };
}
export default function ({ parentElement }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("output");
  let timer = 0;
  button.onclick = async () => {
    const link = window.location.href;
    try {
      await navigator.clipboard.writeText(link);
      said.textContent = "Copied";
    } catch {
      // the clipboard needs https or localhost; a lecture hall may have neither
      window.prompt("Copy this link:", link);
      said.textContent = "";
    }
    clearTimeout(timer);
    timer = setTimeout(() => { said.textContent = "Copy link"; }, 1600);
  };
  measure();
  addEventListener("beforeprint", measure);
  const leave = watch();
  return () => { clearTimeout(timer); removeEventListener("beforeprint", measure); leave(); };
}
