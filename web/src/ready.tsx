// Each domain's road from observe to reject: where it is, what is missing, what each stage would do.
import type { Ready, ReadyDomain } from "./api";
import { Card, Problem, Text, useLoaded } from "./parts";
import { count, plural } from "./words";

const stages = ["observe", "label", "quarantine", "reject"];

function Road({ stage }: { stage: string }) {
  return (
    <ol class="road" aria-label={`Stage ${stage}`}>
      {stages.map((one) => (
        <li key={one} aria-current={one === stage ? "step" : undefined} class={stages.indexOf(one) <= stages.indexOf(stage) ? "passed" : ""}>
          {one}
        </li>
      ))}
    </ol>
  );
}

function Domain({ domain, days }: { domain: ReadyDomain; days: number }) {
  const next = stages[stages.indexOf(domain.stage) + 1];
  return (
    <Card title={domain.domain}>
      <Road stage={domain.stage} />
      <p class="sentence">
        {domain.ready
          ? domain.declared
            ? `Declared to be ready since ${domain.declared}: what its stage says is done.`
            : "Ready: what its stage says is done."
          : "Not ready: its stage acts as label at most, and nothing is refused."}{" "}
        {domain.stage === "reject"
          ? null
          : `At reject, ${count(domain.last.refused)} of the ${plural(domain.responses, "response")} of ${days} days would have been refused, and ${count(domain.last.quarantined)} kept back.`}
      </p>
      <table>
        <caption>
          {plural(domain.responses, "response")} in {days} days, {count(domain.genuine)} of them genuine
        </caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Refused</th>
            <th scope="col">Kept back</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">now: {domain.stage}</th>
            <td>{count(domain.now.refused)}</td>
            <td>{count(domain.now.quarantined)}</td>
          </tr>
          {next ? (
            <tr>
              <th scope="row">next: {next}</th>
              <td>{count(domain.next.refused)}</td>
              <td>{count(domain.next.quarantined)}</td>
            </tr>
          ) : null}
          <tr>
            <th scope="row">at reject</th>
            <td>{count(domain.last.refused)}</td>
            <td>{count(domain.last.quarantined)}</td>
          </tr>
        </tbody>
      </table>
      <h3>Proofs that its mail carries</h3>
      <ul class="points">
        {domain.proofs.map((one) => (
          <li key={one.name}>
            <strong>{one.name}</strong>: {one.since ? `since ${one.since}. ` : "not ready. "}
            <Text of={one.why} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function ReadyPage() {
  const { value, error } = useLoaded<Ready>("/api/ready");
  const ours = value?.ways.reduce((sum, one) => sum + one.count, 0) ?? 0;
  return (
    <>
      <h1>Ready</h1>
      <Problem error={error} />
      {!value && !error ? <p class="soft">Loading…</p> : null}
      {value ? (
        <Card title="What looks like yours">
          <p class="sentence">
            Of the responses of {value.days} days that are kept from users, or would be at reject, {count(ours)} look like answers to
            your own mail.
            {value.is_whole ? "" : " There are more responses than were counted."}
          </p>
          <ul class="points">
            {value.ways.map((way) => (
              <li key={way.sentence}>
                {count(way.count)} seem to have left {way.sentence}:{" "}
                {way.ids.map((id) => (
                  <a key={id} href={`#/events/${encodeURIComponent(id)}`}>
                    {id}{" "}
                  </a>
                ))}
              </li>
            ))}
          </ul>
          <p>
            <a href="#/events?done=refused&since=7d">All that was refused in the last week</a>
          </p>
        </Card>
      ) : null}
      {value?.domains.map((one) => <Domain key={one.domain} domain={one} days={value.days} />)}
      {value ? (
        <p class="soft">
          A stage is changed in the configuration file: <code>stage = "label"</code> in [[domain]], then a reload.
        </p>
      ) : null}
    </>
  );
}
