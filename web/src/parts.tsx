// The small parts that the pages share.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, get } from "./api";
import { visible } from "./words";

/** Text of strangers: never markup, and set apart so that it can't change the direction of its neighbours. */
export function Text({ of }: { of: string }) {
  return <bdi class="text">{visible(of)}</bdi>;
}

export function Problem({ error }: { error: unknown }) {
  if (!error) return null;
  const refused = error instanceof Refused ? error : null;
  return (
    <p class="problem" role="alert">
      {refused ? visible(refused.message) : "The server can't be reached."}
      {refused?.wanted ? <> ({visible(refused.wanted)})</> : null}
      {refused?.status === 401 ? (
        <>
          {" "}
          <a href="#/login">Log in</a>
        </>
      ) : null}
    </p>
  );
}

export interface Loaded<T> {
  value: T | null;
  error: unknown;
  again: () => void;
}

/** Loads what a path has, and again each `seconds`. What was loaded before stays while it loads. */
export function useLoaded<T>(path: string | null, seconds = 0): Loaded<T> {
  const [state, set] = useState<{ path: string | null; value: T | null; error: unknown }>({ path, value: null, error: null });
  const [turn, setTurn] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    if (path === null) return;
    const mine = ++latest.current;
    const load = () =>
      get<T>(path).then(
        (value) => mine === latest.current && set({ path, value, error: null }),
        (error: unknown) => mine === latest.current && set((old) => ({ path, value: old.path === path ? old.value : null, error })),
      );
    void load();
    const timer = seconds > 0 ? setInterval(() => document.hidden || void load(), seconds * 1000) : 0;
    return () => {
      latest.current++;
      clearInterval(timer);
    };
  }, [path, seconds, turn]);
  return { value: state.path === path ? state.value : null, error: state.error, again: () => setTurn(turn + 1) };
}

export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  const id = `card-${title.replace(/\W+/g, "-").toLowerCase()}`;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A number with what it counts. `bad` is shown in red, with a word for those who see no colour. */
export function Figure({ value, of, bad = false }: { value: string; of: string; bad?: boolean }) {
  return (
    <div class={bad ? "figure bad" : "figure"}>
      <dt>{of}</dt>
      <dd>
        {value}
        {bad ? <span class="mark"> (look)</span> : null}
      </dd>
    </div>
  );
}

export function Field(props: {
  label: string;
  name: string;
  value: string;
  type?: "text" | "password" | "email";
  list?: string[];
  complete?: string;
  set: (value: string) => void;
}) {
  const id = `field-${props.name}`;
  const input = props.list ? (
    <select id={id} value={props.value} onChange={(e) => props.set(e.currentTarget.value)}>
      <option value="">any</option>
      {props.list.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  ) : (
    <input
      id={id}
      name={props.name}
      {...({ type: props.type ?? "text" } as { type: "text" })}
      value={props.value}
      autocomplete={props.complete ?? "off"}
      spellcheck={false}
      onInput={(e) => props.set(e.currentTarget.value)}
    />
  );
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {input}
    </div>
  );
}
