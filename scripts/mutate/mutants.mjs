/** The mutants of a source file: one small change each, all of them compiled into one text behind a switch. */
import ts from 'typescript-5.4'

const K = ts.SyntaxKind

const swaps = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['||', '&&'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '+=': ['-='],
  '-=': ['+='],
  '||=': ['=', '&&='],
  '&&=': ['=', '||='],
  '??=': ['='],
}

/**
 * @param {string} path shown in what is told of a mutant
 * @param {string} source
 * @param {number} first the number of the first mutant
 * @returns {{ text: string, mutants: { id: number, path: string, line: number, text: string, from: string, to: string }[] }}
 *   `text` asks the global `__mutant(id)` wherever a mutant may be
 */
export function mutate(path, source, first) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true)
  const mutants = []
  /** Insertions by position; those that open stand outermost first, those that close innermost first. */
  const opening = new Map()
  const closing = new Map()

  const note = (node, from, to) => {
    const id = first + mutants.length
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
    const text = source.split('\n')[line - 1].trim()
    mutants.push({ id, path, line, text, from: short(from), to: short(to) })
    return id
  }

  const surround = (node, before, after) => {
    const [start, end] = [node.getStart(), node.end]
    opening.set(start, (opening.get(start) ?? '') + before)
    closing.set(end, after + (closing.get(end) ?? ''))
  }

  /** @param {string[]} others what may stand in its place */
  const replace = (node, others) => {
    const text = node.getText()
    const choice = others.map((other) => `__mutant(${note(node, text, other)})?(${other}):`).join('')
    if (choice) surround(node, `(${choice}(`, '))')
  }

  const skip = (node) => surround(node, `{if(!__mutant(${note(node, node.getText(), '—')})){`, '}}')

  /** The text of a node with another piece in the place of a part of it. */
  const instead = (node, part, other) =>
    source.slice(node.getStart(), part.getStart()) + other + source.slice(part.end, node.end)

  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    alter(node)
    ts.forEachChild(node, visit)
  }

  const alter = (node) => {
    const { parent } = node
    if (ts.isBinaryExpression(node)) {
      const { left, right, operatorToken: token } = node
      let others = swaps[token.getText()] ?? []
      if (token.kind === K.PlusToken && !isText(left) && !isText(right)) others = ['-']
      replace(
        node,
        others.map((other) => instead(node, token, other)),
      )
    } else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === K.ExclamationToken && !isCondition(node)) replace(node, [node.operand.getText()])
      if (node.operator === K.MinusToken || node.operator === K.PlusToken)
        replace(node, [node.operand.getText()])
    } else if (ts.isNumericLiteral(node)) {
      const n = +node.text.replaceAll('_', '')
      if (!ts.isPropertyAssignment(parent) || parent.name !== node)
        replace(node, n < 100 ? [`${n + 1}`, `${n - 1}`] : [`${n * 2}`, `${n / 2}`])
    } else if (node.kind === K.TrueKeyword) replace(node, ['false'])
    else if (node.kind === K.FalseKeyword) replace(node, ['true'])
    else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      const isName = ts.isPropertyAssignment(parent) && parent.name === node
      if (node.text && !isName && !ts.isExternalModuleReference(parent) && !isDirective(node))
        replace(node, ["''"])
    } else if (ts.isTemplateExpression(node)) replace(node, ["''"])
    else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isTarget(node))
      replace(node, ['[]'])
    else if (ts.isArrowFunction(node) && ts.isCallExpression(node.body)) replace(node.body, ['undefined'])
    else if (ts.isExpressionStatement(node) && !isDirective(node.expression)) {
      if (!isSuper(node.expression) && !ts.isSatisfiesExpression(node.expression)) skip(node)
    } else if (ts.isThrowStatement(node) || ts.isBreakOrContinueStatement(node)) skip(node)
    else if (ts.isReturnStatement(node) && isEarly(node)) skip(node)
    else if (ts.isCatchClause(node) && node.block.statements.length > 0) {
      const id = note(node, node.getText(), 'catch {}')
      surround(node.block, `{if(!__mutant(${id}))`, '}')
    }
    if (isCondition(node)) replace(node, ts.isWhileStatement(parent) ? ['false'] : ['true', 'false'])
    if (isChain(node) && !isChain(parent) && !isTarget(node)) replace(node, withoutQuestions(node))
    if (ts.isCallExpression(node) && /^Math\.(min|max)$/.test(node.expression.getText())) {
      const other = node.expression.getText() === 'Math.min' ? 'Math.max' : 'Math.min'
      replace(node, [instead(node, node.expression, other)])
    }
  }

  /** A chain of `?.`, once without each. */
  const withoutQuestions = (node) => {
    const others = []
    const look = (part) => {
      const token = part.questionDotToken
      if (token) others.push(instead(node, token, ts.isPropertyAccessExpression(part) ? '.' : ''))
      if (part.expression) look(part.expression)
    }
    look(node)
    return others
  }

  ts.forEachChild(file, visit)
  let text = ''
  let at = 0
  for (const position of [...new Set([...opening.keys(), ...closing.keys()])].sort((a, b) => a - b)) {
    text += source.slice(at, position) + (closing.get(position) ?? '') + (opening.get(position) ?? '')
    at = position
  }
  return { text: text + source.slice(at), mutants }
}

const short = (text) => {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 90 ? `${line.slice(0, 88)} …` : line
}

const isText = (node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)

const isDirective = (node) => ts.isStringLiteral(node) && ts.isExpressionStatement(node.parent)

const isSuper = (node) => ts.isCallExpression(node) && node.expression.kind === K.SuperKeyword

const isChain = (node) =>
  ts.isOptionalChain(node) || (ts.isNonNullExpression(node) && ts.isOptionalChain(node.expression))

/** Something is assigned to it, or it is called or deleted as it stands. */
const isTarget = ({ parent, pos }) =>
  (ts.isBinaryExpression(parent) && parent.operatorToken.kind === K.EqualsToken && parent.left.pos === pos) ||
  ts.isDeleteExpression(parent) ||
  ts.isForOfStatement(parent)

const isCondition = ({ parent, pos }) =>
  ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression.pos === pos) ||
  (ts.isConditionalExpression(parent) && parent.condition.pos === pos)

/** A `return` that is not the last statement of its function. */
const isEarly = (node) => {
  const body = ts.isBlock(node.parent) ? node.parent : undefined
  const isLast = body?.statements.at(-1) === node
  return !(isLast && body.parent && ts.isFunctionLike(body.parent))
}
