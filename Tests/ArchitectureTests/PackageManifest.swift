/// What `Package.swift` declares, read from its text: asking the package manager would take the build's
/// lock while a test runs.
struct PackageManifest {
  struct Target: Hashable {
    enum Kind: String {
      case library = "target"
      case executable = "executableTarget"
      case system = "systemLibrary"
      case test = "testTarget"
    }

    var kind: Kind
    var name: String
    /// Targets of the package, as declared.
    var dependencies: [String]
    /// Products of other packages.
    var products: [String]

    /// The folder of its files.
    var folder: String { (kind == .test ? "Tests/" : "Sources/") + name }
  }

  struct Malformed: Error {
    var what: String
  }

  var targets: [Target] = []

  init(_ text: String) throws {
    let tokens = Self.tokens(text)
    var index = 0
    while index < tokens.count {
      if case .word(let word) = tokens[index], let kind = Target.Kind(rawValue: word),
        index > 0, tokens[index - 1] == .mark("."), index + 1 < tokens.count,
        tokens[index + 1] == .mark("(")
      {
        let end = try Self.end(of: index + 1, in: tokens)
        targets.append(try Self.target(kind, Array(tokens[index + 2..<end])))
        index = end
      }
      index += 1
    }
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// The targets that `name` depends on, directly or by way of others.
  func reachable(from name: String) -> Set<String> {
    var reached: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for dependency in target(next)?.dependencies ?? [] where reached.insert(dependency).inserted {
        open.append(dependency)
      }
    }
    return reached
  }

  private enum Token: Equatable {
    case word(String)
    case string(String)
    case mark(Character)
  }

  /// Words, string literals and marks, without comments.
  private static func tokens(_ text: String) -> [Token] {
    var tokens: [Token] = []
    for line in text.split(separator: "\n") {
      var rest = line[...]
      while let character = rest.first {
        if rest.hasPrefix("//") { break }
        if character == "\"" {
          let literal = rest.dropFirst().prefix { $0 != "\"" }
          tokens.append(.string(String(literal)))
          rest = rest.dropFirst(literal.count + 2)
        } else if character.isLetter || character == "_" {
          let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
          tokens.append(.word(String(word)))
          rest = rest.dropFirst(word.count)
        } else {
          if !character.isWhitespace { tokens.append(.mark(character)) }
          rest = rest.dropFirst()
        }
      }
    }
    return tokens
  }

  /// The place of the bracket that closes the one at `start`.
  private static func end(of start: Int, in tokens: [Token]) throws -> Int {
    var depth = 0
    for index in start..<tokens.count {
      switch tokens[index] {
      case .mark("("), .mark("["): depth += 1
      case .mark(")"), .mark("]"): depth -= 1
      default: break
      }
      if depth == 0 { return index }
    }
    throw Malformed(what: "a bracket is not closed")
  }

  private static func target(_ kind: Target.Kind, _ tokens: [Token]) throws -> Target {
    guard tokens.count >= 3, tokens[0] == .word("name"), tokens[1] == .mark(":"),
      case .string(let name) = tokens[2]
    else { throw Malformed(what: "a target does not begin with its name") }
    var target = Target(kind: kind, name: name, dependencies: [], products: [])
    guard let start = tokens.firstIndex(of: .word("dependencies")) else { return target }
    let bracket = start + 2
    guard bracket < tokens.count, tokens[bracket] == .mark("[") else {
      throw Malformed(what: "the dependencies of \(name) are not a list")
    }
    var index = bracket + 1
    let end = try end(of: bracket, in: tokens)
    while index < end {
      switch tokens[index] {
      case .string(let dependency): target.dependencies.append(dependency)
      case .word("product"):
        guard case .string(let product) = tokens[index + 4] else {
          throw Malformed(what: "a product of \(name) has no name")
        }
        target.products.append(product)
        index = try Self.end(of: index + 1, in: tokens)
      case .mark(","), .mark("."): break
      case let other: throw Malformed(what: "\(other) in the dependencies of \(name)")
      }
      index += 1
    }
    return target
  }
}
