import type { Report } from "../result.ts";
export function renderReport(report: Report): string {
  return `<!doctype html><title>${report.command}</title>`;
}
