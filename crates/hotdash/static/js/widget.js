// The desk's live chat, where one is configured. The page's policy lets the desk's own script in only then.

import { onShown } from "./page.js";

const chat = document.getElementById("live-chat");
if (chat) start(chat);

function start(chat) {
  const { base, token, identifier, name, hash } = chat.dataset;
  const wasSomebody = () => document.cookie.split("; ").some((cookie) => cookie.startsWith(`cw_user_${token}=`));
  window.addEventListener("chatwoot:ready", () => {
    if (identifier) window.$chatwoot.setUser(identifier, { name, identifier_hash: hash });
    // Whoever signs in next must not read on in the chat of the person before.
    else if ("signedOut" in chat.dataset && wasSomebody()) window.$chatwoot.reset();
  });
  for (const event of ["resize", "chatwoot:ready", "chatwoot:opened", "chatwoot:closed"]) window.addEventListener(event, lift);
  onShown(lift);
  const sdk = document.createElement("script");
  sdk.src = `${base}/packs/js/sdk.js`;
  sdk.addEventListener("load", () => window.chatwootSDK.run({ websiteToken: token, baseUrl: base }));
  document.head.append(sdk);
}

/** The bubble must not cover a button: it stands above bars that reach into its corner, unless the chat is open. */
function lift() {
  const corner = 100;
  const inCorner = (bar) => bar.height && bar.right > innerWidth - corner && bar.bottom > innerHeight - corner;
  const bars = [...document.querySelectorAll(".decide, .rail")].map((bar) => bar.getBoundingClientRect()).filter(inCorner);
  const top = window.$chatwoot?.isOpen ? innerHeight : Math.min(innerHeight, ...bars.map((bar) => bar.top));
  document.documentElement.style.setProperty("--chat-lift", `${Math.round(innerHeight - top)}px`);
}
