// The frame of the dashboard: who is logged in, which page is shown, language and theme.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "./app.css";
import { type Session, get, post, remember } from "./api";
import { EventPage, EventsPage } from "./events";
import { KeptPage } from "./kept";
import { languages, preferred } from "./languages";
import { LoginPage, PasswordPage } from "./login";
import { NowPage } from "./now";
import { Problem, Text } from "./parts";
import { ReadPage } from "./read";
import { ReadyPage } from "./ready";

interface Place {
  page: string;
  id: string;
  query: Record<string, string>;
}

function placeOf(hash: string): Place {
  const [path = "", query = ""] = (hash.startsWith("#once=") ? "" : hash).replace(/^#\/?/, "").split("?", 2);
  const [page = "", id = ""] = path.split("/", 2);
  let decoded = id;
  try {
    decoded = decodeURIComponent(id);
  } catch {
    // It stays as it is, and nothing is found under it.
  }
  return { page, id: decoded, query: Object.fromEntries(new URLSearchParams(query)) };
}

function usePlace(): Place {
  const [place, setPlace] = useState(placeOf(location.hash));
  useEffect(() => {
    const moved = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return place;
}

/** Their words are in English alone. */
const adminPages = ["now", "events", "ready", "held"];

const themes = ["auto", "light", "dark"];

function useTheme(): [string, (theme: string) => void] {
  const [theme, setTheme] = useState(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  return [theme, setTheme];
}

/** A link of the form "#once=TOKEN" logs in once. */
async function begin(): Promise<Session> {
  const once = /^#once=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (once) {
    history.replaceState(null, "", "/");
    try {
      return remember(await post<Session>("/api/login/once", { token: once }));
    } catch {
      // The link has been used; the page says who is logged in.
    }
  }
  return remember(await get<Session>("/api/session"));
}

function App() {
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [language, setLanguage] = useState(preferred());
  const [theme, setTheme] = useTheme();
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const messages = (languages[language] ?? languages["en"])!.messages;
  useEffect(() => {
    begin().then(setSession, setError);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem("language", language);
  }, [language]);
  useEffect(() => {
    main.current?.focus();
    scrollTo(0, 0);
  }, [place.page, place.id]);

  if (!session) return error ? <Problem error={error} /> : <p class="soft">Loading…</p>;
  const role = session.user?.role ?? null;
  const isOperator = role === "operator" || role === "admin";
  const pages: [string, string][] = [];
  if (session.user || session.is_open) pages.push(["now", "Now"]);
  if (session.user && session.has_history) pages.push(["events", "Events"]);
  if (isOperator && session.has_history) pages.push(["ready", "Ready"]);
  if (session.user && session.has_quarantine) pages.push(["quarantine", messages.quarantine]);
  if (isOperator && session.has_held) pages.push(["held", "Held"]);
  if (session.user) pages.push(["read", messages.readTitle]);
  const first = role === "owner" && session.has_quarantine ? "quarantine" : (pages[0]?.[0] ?? "login");
  const page = place.page || first;
  const logOut = () =>
    post<Session>("/api/logout", {}).then((after) => {
      setSession(remember(after));
      location.hash = "#/";
    }, setError);

  let shown;
  if (page === "login" || (!session.user && page !== "now")) {
    const done = (next: Session) => {
      setSession(next);
      if (page === "login") location.hash = "#/";
    };
    shown = <LoginPage messages={messages} done={done} />;
  } else if (page === "events" && place.id) shown = <EventPage id={place.id} />;
  else if (page === "events") shown = <EventsPage query={place.query} />;
  else if (page === "ready") shown = <ReadyPage />;
  else if (page === "quarantine") shown = <KeptPage place="quarantine" title={messages.quarantine} intro={messages.keptIntro} messages={messages} />;
  else if (page === "held")
    shown = <KeptPage place="held" title="Held" intro="Bounces and replies of your own servers to people who are not known to have written." messages={messages} />;
  else if (page === "read") shown = <ReadPage messages={messages} />;
  else if (page === "password") shown = <PasswordPage messages={messages} />;
  else shown = <NowPage session={session} />;

  const shownIsAdmin = page === "now" || session.user !== null;
  document.title = `${pages.find(([name]) => name === page)?.[1] ?? messages.logIn} · Backstop`;

  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        Skip to the page
      </a>
      <header>
        <span class="brand">Backstop</span>
        <nav aria-label="Pages">
          {pages.map(([name, title]) => (
            <a key={name} href={`#/${name}`} aria-current={page === name ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="tools">
          <select aria-label="Language" value={language} onChange={(e) => setLanguage(e.currentTarget.value)}>
            {Object.entries(languages).map(([code, one]) => (
              <option key={code} value={code} lang={code}>
                {one.name}
              </option>
            ))}
          </select>
          <select aria-label="Theme" value={theme} onChange={(e) => setTheme(e.currentTarget.value)}>
            {themes.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          {session.user ? (
            <>
              <a href="#/password" title={messages.changePassword}>
                <Text of={session.user.name} />
              </a>
              <button type="button" onClick={() => void logOut()}>
                {messages.logOut}
              </button>
            </>
          ) : (
            <a href="#/login">{messages.logIn}</a>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main} lang={adminPages.includes(page) && shownIsAdmin ? "en" : undefined}>
        <Problem error={error} />
        {shown}
      </main>
      {session.version ? <footer class="soft">Backstop {session.version}</footer> : null}
    </>
  );
}

const root = document.getElementById("app");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
