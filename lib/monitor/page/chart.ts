/**
 * The chart of one metric: its name, its value now, and a line of the last ten minutes.
 *
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";

/** The picture's own units; it is stretched to the room there is. */
const [WIDTH, HEIGHT] = [600, 48] as const;

/** What the line is of, in milliseconds. */
const SPAN = 600_000;

/** One point of the line. */
export interface Point {
  /** In milliseconds. */
  readonly time: number;
  readonly value: number;
}

/** Shows one metric. */
export class Chart {
  readonly element: HTMLElement = document.createElement("div");
  readonly #format: (value: number) => string;
  readonly #value = document.createElement("span");
  readonly #most = document.createElement("small");
  readonly #line = document.createElementNS(SVG, "path");
  readonly #area = document.createElementNS(SVG, "path");

  constructor(name: string, format: (value: number) => string) {
    this.#format = format;
    const heading = document.createElement("h2");
    heading.textContent = name;
    const value = document.createElement("p");
    value.append(this.#value, " ", this.#most);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    this.#line.setAttribute("class", "line");
    this.#area.setAttribute("class", "area");
    svg.append(this.#area, this.#line);
    this.element.append(heading, value, svg);
  }

  /** Draws the points of the ten minutes before the last one. */
  draw(points: readonly Point[]): void {
    const last = points.at(-1);
    if (!last) return;
    // The clock of the server may have been set meanwhile.
    const drawn = points.filter(({ time }) =>
      time <= last.time && time > last.time - SPAN
    );
    const most = Math.max(...drawn.map(({ value }) => value));
    this.#value.textContent = this.#format(last.value);
    this.#most.textContent = `at most ${this.#format(most)}`;
    const x = ({ time }: Point) =>
      (WIDTH * (1 - (last.time - time) / SPAN)).toFixed(1);
    const y = ({ value }: Point) =>
      (HEIGHT * (1 - (most > 0 ? value / most : 0))).toFixed(1);
    const line = drawn.map((point) => `${x(point)} ${y(point)}`).join("L");
    const bottom = `L${WIDTH} ${HEIGHT}L${x(drawn[0]!)} ${HEIGHT}Z`;
    this.#line.setAttribute("d", `M${line}`);
    this.#area.setAttribute("d", `M${line}${bottom}`);
  }
}
