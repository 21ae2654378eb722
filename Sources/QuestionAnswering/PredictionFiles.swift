import Foundations

/// `predictions.json` and `nbest_predictions.json` of a folder, which appear together when all answers are known.
package struct PredictionFiles: ~Copyable {
  /// The folder.
  package let folder: String
  /// The answers: `{"ID": "text"}`.
  package var predictionsPath: String { folder + "/predictions.json" }
  /// The candidates: `{"ID": [{"text", "start_logit", "end_logit", "probability"}]}`, the best first.
  package var candidatesPath: String { folder + "/nbest_predictions.json" }
  private let predictionsFile: AtomicFile
  private let candidatesFile: AtomicFile

  /// Makes the folder and begins both files, so that what cannot be written is told before the work.
  /// - Throws: `would-overwrite` (exit 73) where one is there and `overwrites` is false, `input-output` (74).
  package init(folder: String, overwrites: Bool) throws(TesseraError) {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    try makeFolders(folder)
    let predictions = try AtomicFile(path: folder + "/predictions.json", overwrite: overwrites)
    let candidates = try AtomicFile(
      path: folder + "/nbest_predictions.json", overwrite: overwrites)
    self.folder = folder
    predictionsFile = predictions
    candidatesFile = candidates
  }

  /// Writes both files.
  /// - Throws: `input-output`.
  package consuming func finish(_ answers: PredictedAnswers) throws(TesseraError) {
    try predictionsFile.write(Array((answers.predictions.json.text(.indented) + "\n").utf8))
    try candidatesFile.write(Array((answers.candidatesJSON.text(.indented) + "\n").utf8))
    try candidatesFile.commit()
    try predictionsFile.commit()
  }
}

/// The candidates for each question, in the order of the questions.
package struct PredictedAnswers: Sendable {
  private var questions: [(id: String, candidates: [AnswerCandidate])] = []

  package init() {}

  /// Adds a question's candidates, the best first.
  package mutating func append(_ candidates: [AnswerCandidate], for id: String) {
    questions.append((id, candidates))
  }

  /// How many questions have an answer.
  package var count: Int { questions.count }

  /// The best candidates.
  package var predictions: Predictions {
    var predictions = Predictions()
    for (id, candidates) in questions {
      if let best = candidates.first { predictions.append(best.text, for: id) }
    }
    return predictions
  }

  /// The content of `nbest_predictions.json`.
  package var candidatesJSON: JSON.Plain {
    .object(
      questions.map { id, candidates in
        JSON.Plain.Field(
          id,
          .array(
            candidates.map { candidate in
              [
                "text": .string(candidate.text), "start_logit": .single(candidate.startLogit),
                "end_logit": .single(candidate.endLogit),
                "probability": .real(candidate.probability),
              ]
            }))
      })
  }
}
