// Numbers, times and names as people read them.

const number = new Intl.NumberFormat(undefined);
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const onlyTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function count(value: number): string {
  return number.format(value);
}

/** "1 response", "2 responses". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** In the zone of whoever looks. */
export function moment(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : dayAndTime.format(date);
}

/** The time alone if it is of today. */
export function shortMoment(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return date.toDateString() === new Date().toDateString() ? onlyTime.format(date) : dayAndTime.format(date);
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} bytes`;
  if (size < 1024 * 1024) return `${count(Math.round(size / 1024))} KiB`;
  return `${number.format(Math.round(size / 104857.6) / 10)} MiB`;
}

const kinds: Record<string, string> = {
  none: "ordinary mail",
  "dsn-failed": "bounce",
  "dsn-delayed": "delay notice",
  "dsn-delivered": "success notice",
  mdn: "read receipt",
  "auto-reply": "automatic reply",
  challenge: "challenge",
  "filter-notice": "filter notice",
  "list-notice": "list notice",
  "feedback-report": "feedback report",
};

export function kindName(kind: string): string {
  return kinds[kind] ?? kind;
}

/**
 * Makes characters visible that nobody sees and that may change how others are seen. The server has done so
 * for most texts; this is for the rest.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => (c === "\n" || c === "\t" ? c : "\ufffd"));
}
