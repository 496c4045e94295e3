// The API of the server (docs/openapi.json), as far as the pages use it.

export interface User {
  name: string;
  role: "owner" | "operator" | "admin";
  addresses: string[];
}

export interface Session {
  user: User | null;
  csrf: string | null;
  is_open: boolean;
  has_history: boolean;
  has_quarantine: boolean;
  has_held: boolean;
  version: string | null;
}

export interface Sums {
  time: string;
  genuine: number;
  forged: number;
  unproven: number;
  refused: number;
  labelled: number;
  quarantined: number;
  held: number;
  emitted: number;
  ordinary: number;
  left: number;
}

export interface Alarm {
  kind: "surge" | "emitted";
  text: string;
  since: string;
  whose?: string;
}

export interface NextHop {
  gateways: string[];
  state: "unknown" | "works" | "fails";
  since: string | null;
  sessions: number;
  url?: string;
  why?: string;
}

export interface Store {
  name: string;
  works: boolean;
  waiting: number | null;
  lost: number | null;
  kept: number | null;
  trouble?: string;
}

export interface Now {
  time: string;
  started: string;
  minutes: Sums[];
  today: Sums;
  domains: { count: number; stages: Record<string, number>; not_ready: number };
  next_hops: NextHop[];
  stores: Store[];
  alarms: Alarm[];
}

export interface Live {
  time: string;
  minute: Sums;
  today: Sums;
  alarms: Alarm[];
}

export interface Event {
  time: string;
  id: string;
  gateway: string;
  direction: string;
  client: string;
  reverse_path: string;
  recipients: string[];
  kind: string;
  reporting_mta: string;
  origin: string;
  origin_cause: string;
  verdict: string;
  cause: string;
  explanation: string;
  stage: string;
  done: string;
  next_stage: string;
  reply: string;
}

export interface Point {
  name: string;
  finding: string;
  level: string;
  detail: string;
}

export interface Why {
  event: Event;
  found: Point[];
  sender?: Point[];
  not_found: Point[];
  would_prove: Point[];
  not_sought: Point[];
  words: string;
}

export interface Counts {
  refused: number;
  quarantined: number;
}

export interface ReadyDomain {
  domain: string;
  stage: string;
  ready: boolean;
  declared: string | null;
  proofs: { name: string; since: string | null; why: string }[];
  responses: number;
  genuine: number;
  now: Counts;
  next: Counts;
  last: Counts;
}

export interface Ready {
  domains: ReadyDomain[];
  ways: { sentence: string; count: number; ids: string[] }[];
  days: number;
  is_whole: boolean;
}

export interface Kept {
  id: string;
  time: string;
  client: string;
  reverse_path: string;
  recipients: string[];
  kind: string;
  cause: string;
  explanation: string;
  reporting_mta: string;
  size: number;
  header?: string;
  text?: string;
}

export interface Done {
  done: string[];
  failed: { id: string; why: string }[];
}

/** What the server found wrong, and what would be right. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    found: string,
    readonly wanted: string,
    readonly wait: number,
  ) {
    super(found);
  }
}

let csrf: string | null = null;

async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(response.status, "the server's answer can't be read", "", 0);
  }
  if (response.ok) return value as T;
  const error = (value as { error?: { found?: string; wanted?: string } }).error ?? {};
  const wait = Number(response.headers.get("Retry-After") ?? 0);
  throw new Refused(response.status, error.found ?? "", error.wanted ?? "", wait);
}

export async function get<T>(path: string): Promise<T> {
  return answer<T>(await fetch(path, { headers: { Accept: "application/json" } }));
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  return answer<T>(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** What a pasted mail is. */
export interface Reading {
  reading: { kind: string; reporting_mta?: string; origin?: { result: string } };
  words: string;
}

/** Has a mail read. The server keeps nothing of it. */
export async function ask(mail: Blob | string): Promise<Reading> {
  const headers: Record<string, string> = { "Content-Type": "message/rfc822" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  return answer<Reading>(await fetch("/api/read", { method: "POST", headers, body: mail }));
}

/** Keeps the token that each change of this login needs. */
export function remember(session: Session): Session {
  csrf = session.csrf;
  return session;
}
