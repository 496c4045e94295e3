// The quarantine, and what is held on the way out: read as text, released, deleted, by one or by many.
import { useState } from "preact/hooks";
import { type Done, type Kept, get, post } from "./api";
import { type Messages, filled } from "./languages";
import { Problem, Text, useLoaded } from "./parts";
import { bytes, kindName, moment, visible } from "./words";

function Mail({ place, one, messages }: { place: string; one: Kept; messages: Messages }) {
  const [state, setState] = useState<{ mail: Kept | null; error: unknown }>({ mail: null, error: null });
  const load = () =>
    get<Kept>(`/api/${place}/${encodeURIComponent(one.id)}`).then(
      (mail) => setState({ mail, error: null }),
      (error: unknown) => setState({ mail: null, error }),
    );
  const { mail } = state;
  return (
    <>
      <button type="button" aria-expanded={mail !== null} onClick={() => (mail ? setState({ mail: null, error: null }) : void load())}>
        {mail ? messages.hide : messages.show}
      </button>
      <Problem error={state.error} />
      {mail ? (
        <div class="mail">
          <pre tabIndex={0}>
            <Text of={mail.text ?? ""} />
          </pre>
          <details>
            <summary>{messages.header}</summary>
            <pre tabIndex={0}>
              <Text of={mail.header ?? ""} />
            </pre>
          </details>
        </div>
      ) : null}
    </>
  );
}

export function KeptPage({ place, title, intro, messages }: { place: "quarantine" | "held"; title: string; intro: string; messages: Messages }) {
  const { value, error, again } = useLoaded<{ kept: Kept[]; unreadable: number; is_whole: boolean }>(`/api/${place}`);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [result, setResult] = useState<Done | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const act = (deed: "release" | "delete") =>
    post<Done>(`/api/${place}/${deed}`, { ids: [...chosen] }).then((done) => {
      setResult(done);
      setFailed(null);
      setChosen(new Set());
      again();
    }, setFailed);
  const kept = value?.kept ?? [];
  return (
    <>
      <h1>{title}</h1>
      <p>{intro}</p>
      <Problem error={error || failed} />
      <div role="status">
        {result && result.done.length > 0 ? <p>{filled(messages.done, String(result.done.length))}</p> : null}
        {result?.failed.map((one) => (
          <p key={one.id} class="problem">
            <Text of={filled(messages.failed, one.id, one.why)} />
          </p>
        ))}
      </div>
      {value && kept.length === 0 ? <p>{messages.nothingKept}</p> : null}
      {value && value.unreadable > 0 ? <p class="warn">{value.unreadable} can't be read: the key file lacks their key.</p> : null}
      {value && !value.is_whole ? <p class="warn">There are more; these are the newest.</p> : null}
      {kept.length > 0 ? (
        <>
          <div class="row">
            <button type="button" disabled={chosen.size === 0} onClick={() => void act("release")}>
              {messages.release}
            </button>
            <button type="button" disabled={chosen.size === 0} onClick={() => void act("delete")}>
              {messages.remove}
            </button>
          </div>
          <ul class="kept">
            {kept.map((one) => (
              <li key={one.id} class="card">
                <label class="choose">
                  <input
                    type="checkbox"
                    checked={chosen.has(one.id)}
                    onChange={() => toggle(one.id)}
                    aria-label={visible(filled(messages.select, `${one.reporting_mta || one.client}, ${moment(one.time)}`))}
                  />
                  <span>
                    <strong>{kindName(one.kind)}</strong> · {moment(one.time)} · {bytes(one.size)}
                  </span>
                </label>
                <dl class="facts">
                  <dt>{messages.from}</dt>
                  <dd>
                    <Text of={one.reporting_mta || one.reverse_path || one.client} />
                  </dd>
                  <dt>{messages.to}</dt>
                  <dd>
                    <Text of={one.recipients.join(", ")} />
                  </dd>
                  <dt>{messages.why}</dt>
                  <dd>
                    <Text of={one.explanation || one.cause} />
                  </dd>
                </dl>
                <Mail place={place} one={one} messages={messages} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}
