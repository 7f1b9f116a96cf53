#!/usr/bin/env node
import { main } from '../lib/cli/main.ts';

await main(['plan', ...process.argv.slice(2)]);
