// The style of the screens that are loaded later: the page has it switched off until then.

export {};

const link = /** @type {HTMLLinkElement} */ (document.getElementById('later'));

await new Promise((resolve) => {
  link.addEventListener('load', resolve, { once: true });
  link.addEventListener('error', resolve, { once: true });
  link.disabled = false;
});
