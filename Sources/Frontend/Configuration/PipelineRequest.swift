import Foundations
import Recipe

/// What there is to know where stages are to be found for a configuration instead of those it lists.
package struct PipelineRequest: Sendable {
  /// The training, sound but for its stages. Of these only the number of IPUs counts.
  package let program: TrainingRecipe.Program
  /// The form of the file, whose paths remedies have.
  package let form: ConfigurationForm
  /// Where the file says how many IPUs there are.
  package let location: SourceLocation

  /// What finds the stages; the remarks are told with the configuration's own.
  package typealias Answer = (PipelineRequest) throws(TesseraError) -> (
    mapping: PipelineMapping, remarks: [Diagnostic]
  )
}

extension PipelineMapping {
  /// What is in place of the stages' own origin.
  package static let chosenOrigin = "--pipeline auto"

  /// Puts stages and IPUs in the place of a file's.
  func replace(in root: inout JSON.Value, form: ConfigurationForm) {
    let place = SourceLocation(file: Self.chosenOrigin, line: 1, column: 1)
    let values: [(String, JSON.Plain)] = [
      ("pipeline_stages", .stages(stages)),
      ("device_mapping", .array(devices.map(JSON.Plain.integer))),
    ]
    for (path, value) in values {
      _ = root.set(JSON.Value(plain: value, at: place), atPath: form.path(of: path).keys)
    }
  }
}
