// Puts the page together in dist/: one script, the core, the page, the example.
import { build } from 'esbuild';
import { cpSync, mkdirSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await build({ entryPoints: ['src/main.ts'], bundle: true, format: 'esm', target: 'es2022', outfile: 'dist/main.js', minify: true });
for (const [from, to] of [
  ['src/index.html', 'dist/index.html'],
  ['src/style.css', 'dist/style.css'],
  ['pkg/planner_bg.wasm', 'dist/planner_bg.wasm'],
  ['../examples/internal-apim.yaml', 'dist/example.yaml'],
]) {
  cpSync(from, to);
}
