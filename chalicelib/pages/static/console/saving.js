// Files that the browser can't ask for by a link alone, because the session's token is in memory.

/** @param {string} address @param {string} name */
export function follow(address, name) {
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
}

/** @param {Blob} file @param {string} name */
export function save(file, name) {
  const address = URL.createObjectURL(file);
  follow(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
