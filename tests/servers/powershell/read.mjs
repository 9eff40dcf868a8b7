// Reads a script for PowerShell from standard input, as its grammar has it, and says where it is none, which strings in it
// could be evaluated, and what each branch of its `switch` offers.
import { readFileSync } from "node:fs";
import { Language, Parser, Query } from "web-tree-sitter";

await Parser.init();
const grammar = await Language.load(
    new URL("node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm", import.meta.url).pathname,
);
const parser = new Parser();
parser.setLanguage(grammar);
const { rootNode } = parser.parse(readFileSync(0, "utf8"));

const errors = [];
const look = (node) => {
    if (!node.hasError) return;
    if (node.isError || node.isMissing) errors.push(`${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`);
    node.children.forEach(look);
};
look(rootNode);

const query = new Query(grammar, `
    (expandable_string_literal) @expandable
    (switch_clause_condition) @branch
    (switch_clause (statement_block (statement_list (pipeline) @offer)))
`);
// What strings that are never evaluated stand for.
const verbatim = (text) => [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, inner]) => inner.replaceAll("''", "'"));
const [expandable, strange, branches] = [[], [], {}];
let branch;
for (const { name, node } of query.captures(rootNode)) {
    const text = node.text;
    if (name === "expandable") expandable.push(text);
    else if (name === "branch") branches[verbatim(text)] = branch = [];
    else if (/^\[CompletionResult\]::new\('[^]*', \[CompletionResultType\]::Parameter(Name|Value), '[^]*'\)$/.test(text)) branch.push(verbatim(text));
    else strange.push(text);
}
process.stdout.write(JSON.stringify({ errors, expandable, strange, branches }));
