/** Columns of the questions about a fleet, by the names that their SQL gives them. */
import type { Column } from '../../base/result.js';
import type { QuestionName } from '../../tables/fleet-questions.js';

const text = (key: string, title: string): Column => ({ key, title, unit: 'text' });
const name = (key: string, title: string): Column => ({ key, title, unit: 'text', role: 'name' });
const count = (key: string, title: string): Column => ({ key, title, unit: 'count', role: 'count' });
const number = (key: string, title: string): Column => ({ key, title, unit: 'number' });
const bytes = (key: string, title: string): Column => ({ key, title, unit: 'bytes', role: 'size' });
const change = (key: string, title: string): Column => ({
  key,
  title,
  unit: 'bytes',
  role: 'delta',
  signed: true,
});

export const FLEET_COLUMNS: Readonly<Record<QuestionName, readonly Column[]>> = {
  leaks: [
    name('fingerprint', 'Fingerprint'),
    text('verdict', 'Verdict'),
    text('class', 'Class'),
    count('hosts', 'Hosts'),
    count('releases', 'Releases'),
    count('services', 'Services'),
    count('snapshots', 'Snapshots'),
    text('firstSeen', 'First seen'),
    text('lastSeen', 'Last seen'),
    text('firstRelease', 'First release'),
    text('lastRelease', 'Last release'),
    count('mostObjects', 'Most objects'),
    bytes('mostBytes', 'Most bytes'),
    change('bytesPerDay', 'Bytes a day'),
    text('headline', 'Headline'),
  ],
  outliers: [
    name('host', 'Host'),
    text('service', 'Service'),
    text('release', 'Release'),
    text('class', 'Class'),
    count('objects', 'Objects'),
    bytes('bytes', 'Bytes'),
    bytes('medianBytes', 'Median'),
    number('score', 'Deviations'),
    text('direction', 'Direction'),
    count('peers', 'Hosts compared'),
  ],
  regressions: [
    text('what', 'What'),
    name('name', 'Name'),
    text('class', 'Class'),
    count('snapshotsBefore', 'Snapshots before'),
    count('snapshotsAfter', 'Snapshots after'),
    number('objectsBefore', 'Objects before'),
    number('objectsAfter', 'Objects after'),
    bytes('bytesBefore', 'Bytes before'),
    bytes('bytesAfter', 'Bytes after'),
    change('bytesGrown', 'Growth'),
    text('headline', 'Headline'),
  ],
  releases: [
    name('release', 'Release'),
    count('snapshots', 'Snapshots'),
    count('hosts', 'Hosts'),
    count('services', 'Services'),
    text('firstSeen', 'First seen'),
    text('lastSeen', 'Last seen'),
    bytes('meanSize', 'Mean size'),
    bytes('largestSize', 'Largest size'),
    count('withLeaks', 'With leaks'),
    count('withSuspects', 'With leaks or suspects'),
    text('nodeVersion', 'Node.js'),
  ],
  hosts: [
    name('host', 'Host'),
    text('service', 'Service'),
    text('release', 'Release'),
    count('snapshots', 'Snapshots'),
    count('releases', 'Releases'),
    text('firstSeen', 'First seen'),
    text('lastSeen', 'Last seen'),
    bytes('size', 'Newest size'),
    bytes('largestSize', 'Largest size'),
    change('bytesPerDay', 'Bytes a day'),
  ],
};

/** What fits on a terminal. */
export const TEXT_COLUMNS: Readonly<Record<QuestionName, readonly string[]>> = {
  leaks: [
    'fingerprint',
    'verdict',
    'hosts',
    'releases',
    'snapshots',
    'firstSeen',
    'firstRelease',
    'mostBytes',
    'bytesPerDay',
    'headline',
  ],
  outliers: ['host', 'release', 'class', 'objects', 'bytes', 'medianBytes', 'score'],
  regressions: [
    'what',
    'name',
    'objectsBefore',
    'objectsAfter',
    'bytesBefore',
    'bytesAfter',
    'bytesGrown',
    'headline',
  ],
  releases: [
    'release',
    'snapshots',
    'hosts',
    'firstSeen',
    'meanSize',
    'largestSize',
    'withLeaks',
    'withSuspects',
  ],
  hosts: ['host', 'service', 'release', 'snapshots', 'lastSeen', 'size', 'bytesPerDay'],
};
