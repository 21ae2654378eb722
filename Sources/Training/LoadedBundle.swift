import Bundle
import Foundations
import Operations
import Recipe
import Runtime
import TileProgram

/// A bundle as a run needs it: the program, the recipe, and which program it is.
package struct LoadedBundle: Sendable {
  /// The program, which is valid.
  package let program: Program
  /// What the tiles do when the program trains, validated; nil where the bundle does not say.
  package let tileProgram: TileProgram?
  /// What the bundle was compiled from.
  package let recipe: TrainingRecipe
  /// The program's digest, in hexadecimal.
  package let digest: String

  /// Reads a bundle; everything in it is checked.
  /// - Throws: `TesseraError`: inputMissing, inputOutput, or incompatible where the file is damaged.
  package init(path: String) throws {
    let file = try BundleFile(path: path)
    program = try file.program()
    tileProgram = try file.tileProgram(for: program)
    recipe = try TrainingRecipe.decode(
      program: try file.recipeProgram(), run: try file.recipeRun())
    digest = try file.programDigest()
  }

  /// The folder with the data, expanded: the one that the user gives instead, or the recipe's.
  /// - Throws: `missing-option` (exit 64) where neither names one.
  func datasetDirectory(given: String?) throws -> String {
    guard let path = given ?? recipe.run.datasetDirectory else {
      throw TesseraError(
        .usage, code: .missingOption, "the folder with the data is not given",
        remedies: ["give --dataset-dir"])
    }
    return try PathExpansion.expand(path)
  }

  /// The names and types of the function's ports of a role, in order.
  func ports(_ role: PortRole, of function: String) -> [(name: String, type: TensorType)] {
    guard let entry = program.function(named: function) else { return [] }
    return zip(entry.arguments, program.blocks[entry.body].arguments).compactMap { port, value in
      guard let port, port.role == role else { return nil }
      return (port.name, program.type(of: value))
    }
  }
}
