// What happens now: one sentence, then the numbers, then the chart.
import { useEffect, useState } from "preact/hooks";
import type { Alarm, Live, Now, Session, Sums } from "./api";
import { Chart } from "./chart";
import { Card, Field, Figure, Problem, Text, useLoaded } from "./parts";
import { count, plural, shortMoment } from "./words";

function AlarmLine({ alarm }: { alarm: Alarm }) {
  if (alarm.kind === "surge" && alarm.whose) {
    return (
      <>
        Somebody is forging{" "}
        <a href={alarm.whose.includes("@") ? `#/events?address=${encodeURIComponent(alarm.whose)}&since=24h` : "#/events?origin=unproven&since=24h"}>
          <Text of={alarm.whose} />
        </a>{" "}
        now, since {shortMoment(alarm.since)}.
      </>
    );
  }
  if (alarm.kind === "surge") return <>Somebody is forging an address of yours now, since {shortMoment(alarm.since)}.</>;
  return <Text of={`${alarm.text}.`} />;
}

function Sentence({ today, alarms }: { today: Sums; alarms: Alarm[] }) {
  const surges = alarms.filter((one) => one.kind === "surge");
  const nobodys = today.unproven + today.forged;
  const kept = [
    today.refused > 0 ? `${count(today.refused)} refused` : "",
    today.quarantined > 0 ? `${count(today.quarantined)} kept back` : "",
    today.labelled > 0 ? `${count(today.labelled)} delivered with a label` : "",
  ].filter(Boolean);
  return (
    <div class="sentence" role="status">
      {surges.length === 0 ? <p>Nobody's address is flooded now.</p> : null}
      {surges.slice(0, 5).map((one) => (
        <p key={one.whose ?? one.since} class="warn">
          <AlarmLine alarm={one} />
        </p>
      ))}
      {surges.length > 5 ? <p class="warn">And {plural(surges.length - 5, "more address", "more addresses")}.</p> : null}
      <p>
        Today {plural(nobodys, "response")} came that prove nothing, and {count(today.genuine)} that are genuine.
        {kept.length > 0 ? ` Of all: ${kept.join(", ")}.` : ""} What is proven to be genuine is never refused.
      </p>
      {today.emitted === 0 ? (
        <p>Your servers sent no backscatter.</p>
      ) : (
        <p class="warn">
          {plural(today.emitted, "response")} of your servers left for people who did not write.{" "}
          <a href="#/events?direction=outbound&responses=true&since=24h">Which?</a>
        </p>
      )}
    </div>
  );
}

function useLive(now: Now | null): Now | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const source = new EventSource("/api/live");
    source.addEventListener("now", (event) => setLive(JSON.parse((event as MessageEvent<string>).data) as Live));
    return () => source.close();
  }, []);
  if (!now || !live || live.time <= now.time) return now;
  const minutes = now.minutes.filter((one) => one.time !== live.minute.time).concat(live.minute).slice(-60);
  return { ...now, time: live.time, minutes, today: live.today, alarms: live.alarms };
}

function LookUp() {
  const [address, setAddress] = useState("");
  return (
    <form
      class="row"
      onSubmit={(e) => {
        e.preventDefault();
        location.hash = `#/events?address=${encodeURIComponent(address)}&since=7d`;
      }}
    >
      <Field label="Is somebody forging this address?" name="look-up" type="email" value={address} set={setAddress} />
      <button type="submit">Look</button>
    </form>
  );
}

export function NowPage({ session }: { session: Session }) {
  const { value, error } = useLoaded<Now>("/api/now", 30);
  const now = useLive(value);
  const failing = now?.next_hops.filter((hop) => hop.state === "fails") ?? [];
  const broken = now?.stores.filter((store) => !store.works) ?? [];
  return (
    <>
      <h1>Now</h1>
      <Problem error={error} />
      {now ? (
        <>
          <Sentence today={now.today} alarms={now.alarms} />
          {session.user ? <LookUp /> : null}
          <Card title="Today">
            <dl class="figures">
              <Figure value={count(now.today.genuine)} of="genuine responses" />
              <Figure value={count(now.today.unproven)} of="prove nothing" />
              <Figure value={count(now.today.forged)} of="forged" />
              <Figure value={count(now.today.refused)} of="refused" />
              <Figure value={count(now.today.quarantined)} of="kept back" />
              <Figure value={count(now.today.held)} of="held on the way out" />
              <Figure value={count(now.today.emitted)} of="backscatter sent" bad={now.today.emitted > 0} />
              <Figure value={count(now.today.ordinary)} of="ordinary mails in" />
              <Figure value={count(now.today.left)} of="mails out" />
            </dl>
            <p class="soft">Counted since {shortMoment(now.started > now.today.time ? now.started : now.today.time)}.</p>
          </Card>
          <Card title="Responses a minute">
            <Chart sums={now.minutes} title="Responses in the last hour" />
          </Card>
          <Card title="Servers and stores">
            <ul class="plain">
              {now.next_hops.map((hop) => (
                <li key={hop.gateways.join() + (hop.url ?? "")} class={hop.state === "fails" ? "warn" : ""}>
                  Next hop of <Text of={hop.gateways.join(", ") || "a domain"} />
                  {hop.url ? (
                    <>
                      {" "}
                      (<Text of={hop.url} />)
                    </>
                  ) : null}
                  :{" "}
                  {hop.state === "works" ? "works" : hop.state === "fails" ? "fails" : "nobody has connected yet"}
                  {hop.state === "fails" && hop.since ? `, since ${shortMoment(hop.since)}` : ""}
                  {hop.why ? (
                    <>
                      : <Text of={hop.why} />
                    </>
                  ) : null}
                </li>
              ))}
              {now.stores.map((store) => (
                <li key={store.name} class={store.works ? "" : "warn"}>
                  {store.name}: {store.works ? "works" : "can't be used"}
                  {store.kept !== null ? `, ${count(store.kept)} kept` : ""}
                  {store.lost ? `, ${plural(store.lost, "row")} lost` : ""}
                  {store.trouble ? (
                    <>
                      : <Text of={store.trouble} />
                    </>
                  ) : null}
                </li>
              ))}
              <li class={now.domains.not_ready > 0 ? "warn" : ""}>
                {plural(now.domains.count, "domain")}:{" "}
                {Object.entries(now.domains.stages)
                  .filter(([, n]) => n > 0)
                  .map(([stage, n]) => `${count(n)} at ${stage}`)
                  .join(", ")}
                {now.domains.not_ready > 0 ? `; ${plural(now.domains.not_ready, "acts", "act")} as label, not ready` : ""}
              </li>
            </ul>
            {failing.length + broken.length === 0 ? <p class="soft">All of them work.</p> : null}
          </Card>
        </>
      ) : error ? null : (
        <p class="soft">Loading…</p>
      )}
    </>
  );
}
