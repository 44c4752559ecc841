// A button that copies the address of the page, with everything that is set on it.
// It is on every lecture, so it also tells page.css, before printing, how wide the page is on the screen.
function measure() {
  const wide = document.querySelector(".stMainBlockContainer > div")?.clientWidth;
  if (wide && !matchMedia("print").matches) document.documentElement.style.setProperty("--cnnviz-screen", wide);
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
  return () => { clearTimeout(timer); removeEventListener("beforeprint", measure); };
}
