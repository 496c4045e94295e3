// "What is this mail?": paste a mail or drop a file, and read in plain words what it is.
import { useState } from "preact/hooks";
import { type Reading, ask } from "./api";
import { type Messages, filled } from "./languages";
import { Card, Problem, Text } from "./parts";

type Kind = keyof Messages["kinds"];

/** What the mail is, whether it is about something that the user sent, whether that means a break-in, and what to do. */
function Findings({ found, messages }: { found: Reading; messages: Messages }) {
  const { reading } = found;
  const kind = (reading.kind in messages.kinds ? reading.kind : "none") as Kind;
  const isResponse = reading.kind !== "none";
  const result = reading.origin?.result ?? "unproven";
  const about = !isResponse ? null : result === "genuine" ? messages.aboutGenuine : result === "forged" ? messages.aboutForged : messages.aboutUnproven;
  const reporter = reading.reporting_mta;
  return (
    <Card title={messages.readTitle}>
      <div class="sentence" role="status">
        <p>{messages.kinds[kind]}</p>
        {about ? <p>{about}</p> : null}
        {isResponse && result !== "genuine" ? <p>{messages.hacked}</p> : null}
        <p>{!isResponse ? messages.todoOrdinary : result === "genuine" ? messages.todoGenuine : messages.todoForged}</p>
      </div>
      {reporter ? (
        <p>
          {messages.from}: <Text of={reporter} />
        </p>
      ) : null}
      <details>
        <summary>{filled(messages.details)}</summary>
        <p>
          <Text of={found.words} />
        </p>
      </details>
    </Card>
  );
}

export function ReadPage({ messages }: { messages: Messages }) {
  const [mail, setMail] = useState("");
  const [state, setState] = useState<{ found: Reading | null; error: unknown }>({ found: null, error: null });
  const [isOver, setOver] = useState(false);
  const read = (source: Blob | string) =>
    ask(source).then(
      (found) => setState({ found, error: null }),
      (error: unknown) => setState({ found: null, error }),
    );
  return (
    <>
      <h1>{messages.readTitle}</h1>
      <p>{messages.readIntro}</p>
      <form
        class={isOver ? "drop over" : "drop"}
        onDragOver={(e) => (e.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          const file = e.dataTransfer?.files[0];
          if (file) void read(file);
        }}
        onSubmit={(e) => {
          e.preventDefault();
          void read(mail);
        }}
      >
        <div class="field">
          <label for="mail-source">{messages.source}</label>
          <textarea id="mail-source" rows={10} spellcheck={false} value={mail} onInput={(e) => setMail(e.currentTarget.value)} />
        </div>
        <div class="row">
          <button type="submit" disabled={mail.trim() === ""}>
            {messages.readTitle}
          </button>
          <div class="field">
            <label for="mail-file">{messages.file}</label>
            <input
              id="mail-file"
              type="file"
              onChange={(e) => {
                const file = e.currentTarget.files?.[0];
                if (file) void read(file);
              }}
            />
          </div>
        </div>
      </form>
      <Problem error={state.error} />
      {state.found ? <Findings found={state.found} messages={messages} /> : null}
    </>
  );
}
