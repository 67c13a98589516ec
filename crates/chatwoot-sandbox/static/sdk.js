// What a website loads: a bubble, a frame with the chat, and `window.$chatwoot` to speak with both. It has the outer
// interface of Chatwoot's own script and its demands on the page's Content-Security-Policy, and nothing else of it.
(() => {
  const PREFIX = "chatwoot-widget:";
  const YEAR_S = 365 * 24 * 60 * 60;
  const STYLE = `
    .woot-widget-holder { position: fixed; bottom: 104px; width: 400px; height: min(640px, calc(100vh - 130px)); max-width: calc(100vw - 40px); z-index: 2147483000; border-radius: 16px; overflow: hidden; box-shadow: 0 5px 40px rgb(0 0 0 / .16); }
    .woot-widget-holder iframe { width: 100%; height: 100%; border: 0; }
    .woot-widget-bubble { position: fixed; bottom: 20px; z-index: 2147483000; display: inline-flex; align-items: center; justify-content: center; min-width: 64px; height: 64px; padding: 0 20px; border: 0; border-radius: 100px; color: #fff; font: 600 16px system-ui, sans-serif; cursor: pointer; box-shadow: 0 8px 24px rgb(0 0 0 / .16); }
    .woot--right { right: 20px; }
    .woot--left { left: 20px; }
    .woot--hide { display: none; }`;

  const make = (tag, attributes, text) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text) node.textContent = text;
    return node;
  };
  const fire = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
  const readCookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const setCookie = (name, value, domain, age = YEAR_S) => {
    document.cookie = `${name}=${value}; path=/; max-age=${age}; SameSite=Lax${domain ? `; domain=${domain}` : ""}`;
  };
  /** Tells whether a user was set before; it guards nothing. */
  const fingerprint = (value) => {
    let sum = 0x811c9dc5;
    for (const char of JSON.stringify(value)) sum = Math.imul(sum ^ char.codePointAt(0), 0x01000193) >>> 0;
    return sum.toString(16);
  };

  window.chatwootSDK = { run };

  function run({ websiteToken, baseUrl }) {
    if (window.$chatwoot) return;
    const base = baseUrl.replace(/\/$/, "");
    const settings = window.chatwootSettings ?? {};
    const userCookie = `cw_user_${websiteToken}`;
    const side = settings.position === "left" ? "left" : "right";
    let pendingUser = null;
    let sound = null;

    document.head.append(make("style", {}, STYLE));
    const holder = make("div", { class: `woot-widget-holder woot--hide woot--${side}` });
    const frame = make("iframe", { id: "chatwoot_live_chat_widget", title: "Live chat", allow: "microphone" });
    const bubble = make("button", { type: "button", class: `woot-widget-bubble woot--hide woot--${side}`, "aria-label": "Open the chat", "aria-expanded": "false" },
      settings.type === "expanded_bubble" ? settings.launcherTitle || "Chat with us" : "Chat");
    holder.append(frame);
    document.body.append(holder, bubble);
    bubble.addEventListener("click", () => api.toggle());

    const tell = (event, rest = {}) => frame.contentWindow.postMessage(PREFIX + JSON.stringify({ event, ...rest }), new URL(base).origin);

    function load() {
      const query = new URLSearchParams({ website_token: websiteToken });
      const known = readCookie("cw_conversation");
      if (known) query.set("cw_conversation", known);
      if (api.locale) query.set("locale", api.locale);
      frame.src = `${base}/widget?${query}`;
    }

    const api = {
      baseUrl: base,
      websiteToken,
      hasLoaded: false,
      isOpen: false,
      position: side,
      type: settings.type ?? "standard",
      launcherTitle: settings.launcherTitle ?? "",
      locale: settings.locale ?? (settings.useBrowserLanguage ? navigator.language : null),
      hideMessageBubble: settings.hideMessageBubble ?? false,

      toggle(state) {
        const open = state ? state === "open" : !api.isOpen;
        if (open === api.isOpen) return;
        api.isOpen = open;
        holder.classList.toggle("woot--hide", !open);
        bubble.setAttribute("aria-expanded", String(open));
        bubble.setAttribute("aria-label", open ? "Close the chat" : "Open the chat");
        fire(open ? "chatwoot:opened" : "chatwoot:closed");
        if (!open) return;
        tell("opened", { referer: location.href });
        // The sound of a new message; a page that forbids it is only silent.
        sound ??= fetch(`${base}/audio/widget/ding.mp3`).catch(() => null);
      },
      toggleBubbleVisibility(state) {
        bubble.classList.toggle("woot--hide", state === "hide");
      },
      setUser(identifier, user) {
        if (typeof identifier !== "string" && typeof identifier !== "number") throw new Error("An identifier is a string or a number");
        if (!["avatar_url", "email", "name"].some((key) => user?.[key])) throw new Error("A user needs one of avatar_url, email, name");
        const mark = fingerprint([String(identifier), user]);
        if (readCookie(userCookie) === mark) return;
        pendingUser = mark;
        tell("set-user", { identifier: String(identifier), user });
      },
      setCustomAttributes(customAttributes) {
        if (!customAttributes || !Object.keys(customAttributes).length) throw new Error("Custom attributes need at least one key");
        tell("set-custom-attributes", { customAttributes });
      },
      setLabel(label = "") { tell("set-label", { label }); },
      removeLabel(label = "") { tell("remove-label", { label }); },
      setLocale(locale = "en") {
        api.locale = locale;
        tell("set-locale", { locale });
      },
      reset() {
        api.toggle("close");
        setCookie("cw_conversation", "", settings.baseDomain, 0);
        setCookie(userCookie, "", settings.baseDomain, 0);
        load();
      },
    };
    window.$chatwoot = api;

    const heard = {
      loaded({ config }) {
        setCookie("cw_conversation", config.authToken, settings.baseDomain);
        bubble.setAttribute("style", `background: ${config.channelConfig.widgetColor}`);
        if (!api.hideMessageBubble) bubble.classList.remove("woot--hide");
        if (api.hasLoaded) return;
        api.hasLoaded = true;
        fire("chatwoot:ready");
      },
      setAuthCookie({ authToken }) { setCookie("cw_conversation", authToken, settings.baseDomain); },
      userSet() { if (pendingUser) setCookie(userCookie, pendingUser, settings.baseDomain); },
      error({ errorType, data }) { fire("chatwoot:error", { errorType, data }); },
      closeWindow() { api.toggle("close"); },
    };
    window.addEventListener("message", ({ source, data }) => {
      if (source !== frame.contentWindow || typeof data !== "string" || !data.startsWith(PREFIX)) return;
      const message = JSON.parse(data.slice(PREFIX.length));
      heard[message.event]?.(message);
    });
    load();
  }
})();
