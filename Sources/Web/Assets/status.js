// Keeps the status page fresh where scripts run; without them a reload does.

const INTERVAL = 30_000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["main", "footer"]) {
      const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && next && !old.isEqualNode(next)) old.replaceWith(document.adoptNode(next));
    }
    document.title = fresh.title;
  } catch {
    // The page says when it was true.
  }
}

setInterval(refresh, INTERVAL);
document.addEventListener("visibilitychange", refresh);
