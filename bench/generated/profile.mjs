/**
 * What a real heap is like: the figures that generated snapshots are drawn from.
 *
 * Source: ts1.heapsnapshot of make-heap.mjs (TypeScript 5.9 after it type-checked itself, written by
 * Node.js 24.21): 306 MB, 2,700,972 nodes, 15,903,903 edges, 147,158 strings, 1,157,725 locations.
 * A node takes 22.1 bytes of text there, an edge 13.6. Its synthetic nodes are made by header.mjs.
 */

/** V8's order, as in the file. */
export const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
];

export const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

/** The shares that the quantiles below stand for. */
export const QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999];

/**
 * For each type: how many of the nodes, their number of edges and self sizes (quantiles), how many
 * of their edges are of which type (in the order of EDGE_TYPES), and how many lead to which type of
 * node (in the order of NODE_TYPES).
 */
export const TYPES = {
  hidden: {
    nodes: 314626,
    edges: [0, 1, 1, 1, 2, 4, 7, 16],
    sizes: [0, 40, 40, 64, 64, 64, 112, 256],
    edgeTypes: [0, 0, 0, 322052, 236503, 0, 5497],
    targets: [314337, 126, 3292, 223321, 10291, 11593, 4, 21, 0, 0, 11, 275, 44, 0, 737],
  },
  array: {
    nodes: 378258,
    edges: [0, 1, 1, 1, 2, 4, 22, 307],
    sizes: [0, 24, 24, 32, 152, 152, 360, 3624],
    edgeTypes: [0, 0, 0, 1329406, 0, 0, 2],
    targets: [97073, 2, 198336, 897413, 1, 5592, 6, 23, 0, 0, 8613, 121874, 474, 0, 1],
  },
  string: {
    nodes: 102004,
    edges: [1, 1, 1, 1, 1, 1, 1, 1],
    sizes: [0, 24, 24, 32, 48, 96, 568, 6388],
    edgeTypes: [0, 0, 0, 102004, 0, 0, 0],
    targets: [102004, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  object: {
    nodes: 1673557,
    edges: [1, 4, 4, 8, 10, 13, 18, 27],
    sizes: [24, 32, 32, 120, 160, 160, 160, 160],
    edgeTypes: [17097, 701177, 9915281, 2354376, 369, 0, 16],
    targets: [4889182, 377850, 366531, 5479322, 1558, 29721, 103, 57, 51, 0, 6097, 163871, 413, 4, 1673556],
  },
  code: {
    nodes: 126637,
    edges: [0, 1, 1, 2, 4, 5, 24, 89],
    sizes: [0, 16, 24, 48, 80, 136, 1216, 5424],
    edgeTypes: [0, 0, 0, 221051, 185006, 0, 58423],
    targets: [129008, 157, 89331, 7206, 203464, 16602, 2, 44, 0, 0, 5249, 1, 3, 28, 13385],
  },
  closure: {
    nodes: 24412,
    edges: [4, 6, 6, 6, 6, 6, 10, 12],
    sizes: [48, 56, 56, 64, 64, 64, 64, 64],
    edgeTypes: [0, 0, 27177, 122063, 0, 50, 0],
    targets: [2607, 144, 736, 23307, 71754, 26066, 1, 0, 0, 0, 21, 0, 25, 0, 24629],
  },
  regexp: {
    nodes: 109,
    edges: [4, 4, 4, 4, 4, 4, 4, 4],
    sizes: [56, 56, 56, 56, 56, 56, 56, 56],
    edgeTypes: [0, 0, 109, 109, 218, 0, 0],
    targets: [109, 0, 109, 109, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 109],
  },
  number: {
    nodes: 104,
    edges: [1, 1, 1, 1, 1, 1, 1, 1],
    sizes: [0, 16, 16, 16, 16, 16, 16, 16],
    edgeTypes: [0, 0, 0, 104, 0, 0, 0],
    targets: [104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  native: {
    nodes: 142,
    edges: [0, 0, 0, 0, 0, 1, 68, 351],
    sizes: [1, 10, 22, 32, 64, 256, 65536, 9112572],
    edgeTypes: [0, 124, 0, 434, 0, 0, 0],
    targets: [0, 0, 394, 32, 0, 30, 0, 0, 80, 0, 0, 0, 22, 0, 0],
  },
  'concatenated string': {
    nodes: 31067,
    edges: [3, 3, 3, 3, 3, 3, 3, 3],
    sizes: [32, 32, 32, 32, 32, 32, 32, 32],
    edgeTypes: [0, 0, 0, 93201, 0, 0, 0],
    targets: [31067, 0, 45029, 0, 0, 0, 0, 0, 0, 0, 16844, 261, 0, 0, 0],
  },
  'sliced string': {
    nodes: 38409,
    edges: [2, 2, 2, 2, 2, 2, 2, 2],
    sizes: [32, 32, 32, 32, 32, 32, 32, 32],
    edgeTypes: [0, 0, 0, 76818, 0, 0, 0],
    targets: [38409, 0, 38409, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  symbol: {
    nodes: 228,
    edges: [2, 2, 2, 2, 2, 2, 2, 2],
    sizes: [0, 24, 24, 24, 24, 24, 24, 24],
    edgeTypes: [0, 0, 0, 456, 0, 0, 0],
    targets: [228, 0, 228, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  bigint: {
    nodes: 32,
    edges: [1, 1, 1, 1, 1, 1, 1, 1],
    sizes: [16, 16, 24, 24, 24, 24, 32, 32],
    edgeTypes: [0, 0, 0, 32, 0, 0, 0],
    targets: [32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  'object shape': {
    nodes: 11354,
    edges: [0, 5, 6, 7, 7, 9, 27, 109],
    sizes: [0, 72, 72, 72, 72, 120, 552, 2352],
    edgeTypes: [0, 0, 0, 65721, 10023, 0, 8084],
    targets: [6512, 0, 15003, 8041, 8177, 2388, 0, 0, 0, 0, 0, 0, 144, 0, 43563],
  },
};

/** Names of nodes by type, and how often. Types that are not here take theirs from the strings. */
export const NAMES = {
  object: {
    NodeObject: 483765,
    IdentifierObject: 329409,
    Array: 307801,
    Object: 140809,
    SymbolObject: 111768,
    TokenObject: 89462,
    Map: 87407,
    SymbolLinks: 46599,
    NodeLinks: 42834,
    TypeObject: 25040,
    SignatureObject: 5766,
    'system / Context': 1543,
    BuiltinModule: 388,
    Error: 204,
    Set: 130,
  },
  hidden: {
    'system / PropertyArray': 300313,
    'system / AccessorPair': 6378,
    'system / Cell': 2303,
    'system / ProtectedFixedArray': 1201,
    'system / SharedFunctionInfoWrapper': 1200,
    'system / FunctionTemplateInfo': 774,
    'system / Foreign': 165,
    'system / ClassPositions': 159,
  },
  array: { '(object elements)': 289680, '': 87835, '(object properties)': 712 },
  'object shape': {
    'system / Map': 8935,
    'system / PrototypeInfo': 216,
    'system / TransitionArray': 208,
  },
  number: { 'heap number': 104 },
  native: { 'system / JSArrayBufferData': 142 },
  'concatenated string': { '(concatenated string)': 1 },
  'sliced string': { '(sliced string)': 1 },
  symbol: { symbol: 1 },
  bigint: { bigint: 1 },
  regexp: { '[a-z]+': 1 },
};

/** Classes whose objects have no location: builtins. 1,157,725 of 1,673,557 objects have one. */
export const WITHOUT_LOCATION = ['Array', 'Object', 'Map', 'Set', 'Error', 'system / Context'];

/**
 * The names that most edges have: their place in the table of strings, which decides how many
 * digits an edge takes, and how often.
 */
export const EDGE_NAMES = {
  property: [
    ['__proto__', 691, 1696494],
    ['parent', 8815, 1014493],
    ['emitNode', 23953, 902723],
    ['symbol', 750, 648497],
    ['jsDoc', 35425, 614019],
    ['original', 3427, 483852],
    ['flowNode', 26602, 449467],
    ['escapedText', 21150, 329409],
    ['localSymbol', 18011, 297158],
    ['expression', 35070, 169661],
    ['hasTrailingComma', 28835, 143786],
    ['name', 79, 138915],
    ['declarations', 3232, 128510],
    ['members', 34775, 126524],
    ['node', 3400, 124785],
    ['antecedent', 16714, 124702],
    ['type', 214, 117801],
    ['exports', 3337, 112161],
    ['escapedName', 29457, 111784],
    ['valueDeclaration', 19598, 111768],
    ['exportSymbol', 13285, 111768],
    ['constEnumOnlyModule', 25181, 111768],
    ['lastAssignmentPos', 17877, 111768],
    ['links', 24548, 111768],
  ],
  internal: [
    ['properties', 7118, 301087],
    ['0', 273, 291567],
    ['elements', 33042, 289712],
    ['1', 274, 90851],
    ['table', 3489, 87544],
    ['2', 275, 38144],
    ['5', 278, 34660],
    ['first', 117, 31067],
    ['second', 715, 31067],
    ['code', 519, 27752],
    ['context', 25511, 23922],
    ['feedback_cell', 111344, 23918],
    ['shared', 199, 23918],
    ['name_or_scope_info', 111075, 20374],
    ['script', 714, 18925],
    ['dependent_code', 111073, 9479],
  ],
};

/** Every object has one to its map. */
export const MAP_EDGE = ['map', 28114];

/** Strings of the file, and nodes that there are to each. */
export const STRINGS = 147158;
export const NODES = 2700972;

/** Bytes of a string as JSON, without the quotes (quantiles), and the share with an escape. */
export const STRING_LENGTHS = [0, 5, 5, 7, 22, 50, 258, 1052];
export const ESCAPED_SHARE = 5898 / STRINGS;

/**
 * Of the edges to hidden nodes outside of the owner's own, those to `undefined`: 4,382,444 edges of
 * ts1 lead there.
 */
export const UNDEFINED_SHARE = 0.9;
