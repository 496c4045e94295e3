// A chart of sums over time, and the same as a table for those who can't see it.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Sums } from "./api";
import { count, plural, shortMoment } from "./words";

const lines: { key: "genuine" | "unproven" | "forged"; label: string; color: string; dash?: number[] }[] = [
  { key: "genuine", label: "genuine", color: "--genuine" },
  { key: "unproven", label: "unproven", color: "--unproven", dash: [6, 3] },
  { key: "forged", label: "forged", color: "--forged", dash: [2, 2] },
];

function data(sums: Sums[]): uPlot.AlignedData {
  return [sums.map((one) => Date.parse(one.time) / 1000), ...lines.map((line) => sums.map((one) => one[line.key]))];
}

/** Changes whenever the colours do: by the switch, or by the system's theme. */
function useColours(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const changed = () => setTurn((old) => old + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      system.removeEventListener("change", changed);
    };
  }, []);
  return turn;
}

export function Chart({ sums, title }: { sums: Sums[]; title: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useColours();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } };
    const made = new uPlot(
      {
        width: element.clientWidth || 600,
        height: 200,
        legend: { live: false },
        scales: { y: { range: (_u, _min, max) => [0, Math.max(4, max * 1.1)] } },
        axes: [axis, { ...axis, size: 44 }],
        series: [{}, ...lines.map((line) => ({ label: line.label, stroke: color(line.color), width: 2, dash: line.dash }))],
      },
      data(sums),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 200 }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [colours]);
  useEffect(() => plot.current?.setData(data(sums)), [sums]);
  const total = (key: "genuine" | "unproven" | "forged") => sums.reduce((sum, one) => sum + one[key], 0);
  const summary = `${title}: ${plural(total("genuine"), "genuine response")}, ${count(total("unproven"))} unproven, ${count(total("forged"))} forged.`;
  const busy = sums.filter((one) => one.genuine + one.unproven + one.forged > 0).slice(-20);
  return (
    <figure>
      <div ref={box} class="chart" role="img" aria-label={summary} />
      <details>
        <summary>As a table</summary>
        {busy.length === 0 ? (
          <p>No response came.</p>
        ) : (
          <table>
            <caption>The last minutes in which responses came</caption>
            <thead>
              <tr>
                <th scope="col">Minute</th>
                <th scope="col">Genuine</th>
                <th scope="col">Unproven</th>
                <th scope="col">Forged</th>
              </tr>
            </thead>
            <tbody>
              {busy.map((one) => (
                <tr key={one.time}>
                  <th scope="row">{shortMoment(one.time)}</th>
                  <td>{count(one.genuine)}</td>
                  <td>{count(one.unproven)}</td>
                  <td>{count(one.forged)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </details>
    </figure>
  );
}
