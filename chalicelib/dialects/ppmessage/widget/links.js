// Finds the web addresses in a text, in one pass whatever the text.

// Characters of an address: ASCII without quotes, and letters of any script. Punctuation of other scripts ends it.
const LINK = /\bhttps?:\/\/[!#-;=?-[\]_a-z~\p{L}\p{M}\p{N}\p{So}\xb7\u2010-\u2013\u200c\u200d]+/giu;
// Chinese and Japanese text may follow a bare host without a space: no top-level domain mixes scripts.
const BARE = /^\w+:\/\/[^/?#]*\.[a-z]+(?::\d+)?(?=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}][^./?#]*(?:[/?#]|$))/iu;
const ENDS = '.,;:!?\'"*';

/**
 * An http address, as one of this desk's where it is relative; undefined for any other.
 * @param {string} text
 * @param {string} [base]
 */
function address(text, base) {
  try {
    const url = new URL(text, base);
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An address as it stands in a text, without what only comes after it.
 * @param {string} found
 */
function trimmed(found) {
  const bare = BARE.exec(found);
  if (bare) return bare[0];
  /** @type {Record<string, number>} */
  const opened = { ')': found.indexOf('('), ']': found.indexOf('[') };
  let end = found.length;
  for (; end; end--) {
    const last = found[end - 1];
    // A bracket that closes one of the address's own is part of it.
    const isOpen = last in opened ? opened[last] !== -1 && opened[last] < end : !ENDS.includes(last);
    if (isOpen) break;
  }
  return found.slice(0, end);
}

/**
 * The addresses of a text in their order, each as [where it begins, as it is written, where it leads].
 * @param {string} text
 */
function links(text) {
  /** @type {[number, string, string][]} */
  const found = [];
  for (const each of text.matchAll(LINK)) {
    const written = trimmed(each[0]);
    const href = address(written);
    if (href) found.push([each.index, written, href]);
  }
  return found;
}
