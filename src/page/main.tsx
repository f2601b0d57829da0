/** Starts the page: reads its data and shows it. */
import { render } from 'preact';
import { App } from './app.js';
import { heapData, type Report } from './heap-data.js';

const text = document.getElementById('heap')!.textContent!;
const page = document.getElementById('page')!;
page.textContent = '';
render(<App data={heapData(JSON.parse(text) as Report, page.dataset.live !== undefined)} />, page);
