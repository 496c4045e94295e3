// Logging in, and changing one's password.
import { useState } from "preact/hooks";
import { Refused, type Session, post, remember } from "./api";
import { type Messages, filled } from "./languages";
import { Field, Problem } from "./parts";

function words(error: unknown, messages: Messages): string | null {
  if (!(error instanceof Refused)) return null;
  if (error.status === 429) return filled(messages.wait, String(Math.ceil(error.wait / 60)));
  return error.status === 401 ? messages.wrongLogin : null;
}

function Trouble({ error, messages }: { error: unknown; messages: Messages }) {
  const text = words(error, messages);
  return text ? (
    <p class="problem" role="alert">
      {text}
    </p>
  ) : (
    <Problem error={error} />
  );
}

export function LoginPage({ messages, done }: { messages: Messages; done: (session: Session) => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const logIn = () =>
    post<Session>("/api/login", { name, password }).then((session) => done(remember(session)), setError);
  return (
    <>
      <h1>{messages.logIn}</h1>
      <form
        class="narrow"
        onSubmit={(e) => {
          e.preventDefault();
          void logIn();
        }}
      >
        <Trouble error={error} messages={messages} />
        <Field label={messages.name} name="name" value={name} complete="username" set={setName} />
        <Field label={messages.password} name="password" type="password" value={password} complete="current-password" set={setPassword} />
        <button type="submit">{messages.logIn}</button>
      </form>
    </>
  );
}

export function PasswordPage({ messages }: { messages: Messages }) {
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const [state, setState] = useState<{ error: unknown; isDone: boolean }>({ error: null, isDone: false });
  const change = () =>
    post<Session>("/api/password", { old: before, new: after }).then(
      () => setState({ error: null, isDone: true }),
      (error: unknown) => setState({ error, isDone: false }),
    );
  return (
    <>
      <h1>{messages.changePassword}</h1>
      <form
        class="narrow"
        onSubmit={(e) => {
          e.preventDefault();
          void change();
        }}
      >
        <Trouble error={state.error} messages={messages} />
        {state.isDone ? <p role="status">{messages.passwordChanged}</p> : null}
        <Field label={messages.oldPassword} name="old" type="password" value={before} complete="current-password" set={setBefore} />
        <Field label={messages.newPassword} name="new" type="password" value={after} complete="new-password" set={setAfter} />
        <button type="submit">{messages.changePassword}</button>
      </form>
    </>
  );
}
