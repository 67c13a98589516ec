// Runs before the first paint, so that nothing jumps: scripts are on, and the drawer is as it was left.
document.documentElement.classList.add("js");
try {
  if (localStorage.getItem("side") === "open") document.documentElement.classList.add("side-open");
} catch {
  // Storage may be forbidden; the drawer then starts closed.
}
