// The history: a search, and one decision with its evidence.
import { useState } from "preact/hooks";
import { type Event, type Point, type Why, get } from "./api";
import { Card, Field, Problem, Text, useLoaded } from "./parts";
import { count, kindName, moment, plural } from "./words";

type Query = Record<string, string>;

const kinds = ["dsn-failed", "dsn-delayed", "dsn-delivered", "mdn", "auto-reply", "challenge", "filter-notice", "list-notice", "feedback-report", "none"];
const origins = ["genuine", "unproven", "forged"];
const deeds = ["delivered", "labelled", "quarantined", "refused", "deferred", "failed"];
const spans = ["1h", "24h", "7d", "30d"];

function pathOf(query: Query, cursor = ""): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) all.set(name, value);
  if (cursor) all.set("cursor", cursor);
  const text = all.toString();
  return text ? `?${text}` : "";
}

function Search({ query }: { query: Query }) {
  const [form, setForm] = useState<Query>(query);
  const set = (name: string) => (value: string) => setForm({ ...form, [name]: value });
  return (
    <form
      class="row"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        location.hash = `#/events${pathOf(form)}`;
      }}
    >
      <Field label="Address" name="address" value={form["address"] ?? ""} set={set("address")} />
      <Field label="Client's IP address" name="client" value={form["client"] ?? ""} set={set("client")} />
      <Field label="Kind" name="kind" list={kinds} value={form["kind"] ?? ""} set={set("kind")} />
      <Field label="Origin" name="origin" list={origins} value={form["origin"] ?? ""} set={set("origin")} />
      <Field label="Done" name="done" list={deeds} value={form["done"] ?? ""} set={set("done")} />
      <Field label="Cause" name="cause" value={form["cause"] ?? ""} set={set("cause")} />
      <Field label="Since" name="since" list={spans} value={form["since"] ?? ""} set={set("since")} />
      <button type="submit">Search</button>
    </form>
  );
}

/** What the page says about an address before anybody reads the list. */
function AddressSentence({ address, events, more }: { address: string; events: Event[]; more: boolean }) {
  // A flood has more bounces than a page has rows, so its begin and its end are asked for by themselves.
  const asked = (cause: string) => `/api/events?limit=1&cause=${cause}&address=${encodeURIComponent(address)}`;
  const begun = useLoaded<{ events: Event[] }>(asked("surge")).value?.events[0];
  const over = useLoaded<{ events: Event[] }>(asked("surge-over")).value?.events[0];
  const isFlooded = begun !== undefined && (over === undefined || over.time < begun.time);
  const responses = events.filter((one) => one.direction === "inbound" && one.origin);
  const nobodys = responses.filter((one) => one.origin !== "genuine");
  const kept = nobodys.filter((one) => one.done === "refused" || one.done === "quarantined");
  return (
    <p class="sentence" role="status">
      {isFlooded ? (
        <>
          Yes: somebody is forging <Text of={address} />, since {moment(begun.time)}.{" "}
        </>
      ) : null}
      {more ? "Of the newest events: " : ""}
      {plural(nobodys.length, "response")} to mail that <Text of={address} /> is not known to have sent
      {nobodys.length > 0 ? `, ${count(kept.length)} of them kept out` : ""};{" "}
      {plural(responses.length - nobodys.length, "response")} to mail that it did send.
    </p>
  );
}

function EventRows({ events }: { events: Event[] }) {
  return (
    <table class="wide">
      <caption>Decisions, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">What</th>
          <th scope="col">From and to</th>
          <th scope="col">Done</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {events.map((one, i) => (
          <tr key={`${one.id}-${i}`}>
            <td data-label="Time">{one.id ? <a href={`#/events/${encodeURIComponent(one.id)}`}>{moment(one.time)}</a> : moment(one.time)}</td>
            <td data-label="What">
              {kindName(one.kind)}
              {one.origin ? <span class={`tag ${one.origin}`}>{one.origin}</span> : null}
            </td>
            <td data-label="From and to">
              <Text of={one.reverse_path || "<>"} /> → <Text of={one.recipients.slice(0, 3).join(", ")} />
              {one.recipients.length > 3 ? ` and ${count(one.recipients.length - 3)} more` : ""}
            </td>
            <td data-label="Done">{one.done}</td>
            <td data-label="Why">
              <Text of={one.explanation || one.cause} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function EventsPage({ query }: { query: Query }) {
  const path = `/api/events${pathOf(query)}`;
  const { value, error } = useLoaded<{ events: Event[]; next: string | null }>(path);
  const [more, setMore] = useState<{ path: string; events: Event[]; next: string | null; error: unknown }>({ path, events: [], next: null, error: null });
  const mine = more.path === path ? more : { path, events: [], next: null, error: null };
  const events = [...(value?.events ?? []), ...mine.events];
  const next = mine.events.length > 0 ? mine.next : (value?.next ?? null);
  const load = async () => {
    try {
      const page = await get<{ events: Event[]; next: string | null }>(`/api/events${pathOf(query, next ?? "")}`);
      setMore({ path, events: [...mine.events, ...page.events], next: page.next, error: null });
    } catch (failed) {
      setMore({ ...mine, error: failed });
    }
  };
  return (
    <>
      <h1>Events</h1>
      <Search key={path} query={query} />
      <Problem error={error || mine.error} />
      {value && query["address"] ? <AddressSentence address={query["address"]} events={events} more={next !== null} /> : null}
      {value && events.length === 0 ? <p>Nothing of the history fits.</p> : null}
      {events.length > 0 ? <EventRows events={events} /> : null}
      {next ? (
        <button type="button" onClick={() => void load()}>
          Older events
        </button>
      ) : null}
    </>
  );
}

function Points({ title, points }: { title: string; points: Point[] | undefined }) {
  if (!points || points.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="points">
        {points.map((one) => (
          <li key={one.name + one.detail}>
            <strong>
              {one.name}
              {one.level ? ` (${one.level})` : ""}
            </strong>
            {one.finding ? ` ${one.finding}: ` : ": "}
            <Text of={one.detail} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Header({ id }: { id: string }) {
  const [state, setState] = useState<{ text: string; error: unknown }>({ text: "", error: null });
  const load = () =>
    get<{ header: string }>(`/api/events/${encodeURIComponent(id)}/header`).then(
      (value) => setState({ text: value.header, error: null }),
      (error: unknown) => setState({ text: "", error }),
    );
  return (
    <>
      <button type="button" onClick={() => void load()}>
        Show the raw header
      </button>
      <Problem error={state.error} />
      {state.text ? (
        <pre tabIndex={0}>
          <Text of={state.text} />
        </pre>
      ) : null}
    </>
  );
}

export function EventPage({ id }: { id: string }) {
  const { value, error } = useLoaded<{ events: Why[] }>(`/api/events/${encodeURIComponent(id)}`);
  return (
    <>
      <h1>
        One decision: <Text of={id} />
      </h1>
      <p>
        <a href="#/events">All events</a>
      </p>
      <Problem error={error} />
      {value?.events.map((why, i) => (
        <Card key={i} title={`${kindName(why.event.kind) || "recipient"}, ${why.event.done || why.event.cause}, ${moment(why.event.time)}`}>
          <p class="sentence">
            <Text of={why.event.explanation || why.event.reply} />
          </p>
          <Points title="What was found" points={why.found} />
          <Points title="About the sender" points={why.sender} />
          <Points title="Looked for and not found" points={why.not_found} />
          <Points title="What would have proved it" points={why.would_prove} />
          <Points title="Not looked for" points={why.not_sought} />
          <details>
            <summary>All of it in words</summary>
            <pre tabIndex={0}>
              <Text of={why.words} />
            </pre>
          </details>
          <Header id={id} />
        </Card>
      ))}
    </>
  );
}
