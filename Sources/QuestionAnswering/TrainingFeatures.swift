import Datasets
import Foundations

/// Makes a file of training features.
package enum TrainingFeatures {
  /// What became of the questions.
  package struct Summary: Hashable, Sendable {
    /// Questions of the file.
    package var questionCount: Int
    /// Features that were written: the samples of an epoch.
    package var featureCount: Int
    /// Questions that were left out, since their answer is not wholly in the tokens that are read.
    package var cutOffCount: Int
    /// Questions that were left out, since their answer is not where the file says.
    package var misalignedCount: Int

    package init(
      questionCount: Int = 0, featureCount: Int = 0, cutOffCount: Int = 0, misalignedCount: Int = 0
    ) {
      self.questionCount = questionCount
      self.featureCount = featureCount
      self.cutOffCount = cutOffCount
      self.misalignedCount = misalignedCount
    }
  }

  /// Writes the features of all questions as TFRecord, in the order of the questions. The file appears when
  /// it is complete.
  ///
  /// - Parameters:
  ///   - skipsMisaligned: whether questions whose answer is not where the file says are left out.
  ///   - willRead: is told before each paragraph how many questions are done; what it throws ends the work.
  /// - Throws: `squad-no-answer`, `squad-misplaced-answer`, `squad-no-questions` where no feature is left,
  ///   `input-output`.
  package static func write(
    _ questions: QuestionSet, _ maker: FeatureMaker, to path: String, skipsMisaligned: Bool,
    willRead: (_ done: Int) throws -> Void
  ) throws -> Summary {
    var writer = try TFRecordWriter(path: path, overwrites: true)
    var summary = Summary()
    for paragraph in questions.paragraphs {
      try willRead(summary.questionCount)
      let context = maker.context(of: paragraph)
      for question in paragraph.questions {
        summary.questionCount += 1
        guard
          let features = try features(
            of: question, in: context, maker, skipsMisaligned: skipsMisaligned)
        else {
          summary.misalignedCount += 1
          continue
        }
        if features.isEmpty { summary.cutOffCount += 1 }
        summary.featureCount += features.count
        for feature in features { try writer.append(feature.example.encoded()) }
      }
    }
    guard summary.featureCount > 0 else {
      throw TesseraError(
        .badData, code: .squadNoQuestions, "\(questions.path): no question is left to train on",
        notes: [
          "\(summary.cutOffCount) answers lie beyond the tokens that are read, \(summary.misalignedCount) are not where the file says"
        ],
        remedies: ["read long contexts in windows with --doc-stride 128"])
    }
    try writer.finish()
    return summary
  }

  /// Nil where the answer is not where the file says, and such questions are left out.
  private static func features(
    of question: QuestionSet.Question, in context: FeatureMaker.Context, _ maker: FeatureMaker,
    skipsMisaligned: Bool
  ) throws -> [QuestionFeature]? {
    do {
      return try maker.trainingFeatures(of: question, in: context)
    } catch {
      guard skipsMisaligned, error.diagnostics.first?.code == .squadMisplacedAnswer else {
        throw error
      }
      return nil
    }
  }
}

extension TrainingFeatures.Summary {
  /// The summary under the schema `tessera.squad-features/1`.
  package var json: JSON.Plain {
    [
      "schema": "tessera.squad-features/1", "questions": .integer(questionCount),
      "features": .integer(featureCount), "cut_off": .integer(cutOffCount),
      "misaligned": .integer(misalignedCount),
    ]
  }

  /// Reads what `json` wrote; nil where it is something else.
  package init?(json value: JSON.Value) {
    guard value["schema"]?.string == "tessera.squad-features/1",
      let questions = value["questions"]?.integer, let features = value["features"]?.integer,
      let cutOff = value["cut_off"]?.integer, let misaligned = value["misaligned"]?.integer,
      features > 0
    else { return nil }
    self.init(
      questionCount: questions, featureCount: features, cutOffCount: cutOff,
      misalignedCount: misaligned)
  }
}

extension TrainingFeatures.Summary: CustomStringConvertible {
  package var description: String {
    var text = "\(featureCount) features of \(questionCount) questions"
    if cutOffCount > 0 {
      text += "; \(cutOffCount) left out, whose answers lie beyond the tokens that are read"
    }
    if misalignedCount > 0 {
      text += "; \(misalignedCount) left out, whose answers are not where the file says"
    }
    return text
  }
}
