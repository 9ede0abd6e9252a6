// The page: hands text to the core, shows what it answers. No thinking of its own.
import init, { Planner } from '../pkg/planner.js';

interface Finding {
  code: string;
  severity: 'error' | 'warning' | 'hint';
  message: string;
  help: string;
  note: string;
  source: string;
  line: number | null;
  column: number | null;
}

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

const manifest = element<HTMLTextAreaElement>('manifest');
const diagram = element('diagram');
const list = element('findings');
const status = element('status');

function goTo(line: number, column: number): void {
  const lines = manifest.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  manifest.focus();
  manifest.setSelectionRange(start, start);
}

function item(finding: Finding): HTMLLIElement {
  const entry = document.createElement('li');
  entry.className = finding.severity;
  entry.dataset['code'] = finding.code;
  const head = document.createElement('strong');
  head.textContent = `${finding.severity} ${finding.code}`;
  entry.append(head, ` ${finding.message} `);
  if (finding.line !== null && finding.column !== null) {
    const [line, column] = [finding.line, finding.column];
    const jump = document.createElement('button');
    jump.type = 'button';
    jump.textContent = `line ${line}`;
    jump.addEventListener('click', () => goTo(line, column));
    entry.append(jump);
  }
  if (finding.help) {
    const help = document.createElement('div');
    help.textContent = finding.help;
    entry.append(help);
  }
  return entry;
}

function show(planner: Planner): void {
  planner.setSource(manifest.value);
  const findings = JSON.parse(planner.findings()) as Finding[];
  list.replaceChildren(...findings.map(item));
  // The core escapes every text that it draws.
  diagram.innerHTML = planner.diagram();
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  status.textContent = `${errors} errors, ${findings.length - errors} other findings`;
}

async function start(): Promise<void> {
  const [, example] = await Promise.all([
    init({ module_or_path: 'planner_bg.wasm' }),
    fetch('example.yaml').then((answer) => answer.text()),
  ]);
  const planner = new Planner();
  manifest.value = example;
  let waiting = 0;
  manifest.addEventListener('input', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => show(planner));
  });
  show(planner);
  document.documentElement.dataset['ready'] = 'true';
}

start().catch((error: unknown) => {
  status.textContent = `The planner could not start: ${String(error)}`;
});
