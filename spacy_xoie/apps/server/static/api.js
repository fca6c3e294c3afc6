// Requests to the server. Addresses are relative, so that it can stand behind a proxy.

export class ApiError extends Error {}

export async function getInfo() {
  return (await ask("api/info")).json();
}

export async function extract(request, signal) {
  return (await post("api/extract", request, signal)).json();
}

export async function exportFile(format, request) {
  const response = await post(`api/export/${format}`, request);
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition"));
  return { name: named ? named[1] : `triples.${format}`, blob: await response.blob() };
}

function post(path, body, signal) {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  let message = `The server answered ${response.status}.`;
  try {
    message = (await response.json()).error.message;
  } catch {
    // Not from our server, but from something before it.
  }
  throw new ApiError(message);
}
