// Asking the server: JSON and HTML fragments, with errors that say something.

export class FetchFailure extends Error {}

async function request(url, options) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new FetchFailure("The server cannot be reached.");
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) throw new FetchFailure("You are signed out.");
  if (!answer.ok) throw new FetchFailure(await reason(answer));
  return answer;
}

async function reason(answer) {
  const body = await answer.json().catch(() => null);
  return body?.detail ?? `The server answered ${answer.status}.`;
}

export async function fetchJson(url, options) {
  return (await request(url, { headers: { accept: "application/json" }, ...options })).json();
}

export async function fetchText(url, options) {
  return (await request(url, { headers: { accept: "text/plain" }, ...options })).text();
}

export async function fetchHtml(url, options) {
  return (await request(url, { headers: { accept: "text/html" }, ...options })).text();
}
