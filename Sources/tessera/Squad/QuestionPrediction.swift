import Datasets
import Foundations
import QuestionAnswering
import Recipe
import Training

/// Answers questions with a bundle's forward-only function.
struct QuestionPrediction {
  private let pass: ForwardPass
  private let shape: RecordShape
  private let maker: FeatureMaker
  private let selection: AnswerSelection
  private let progress: Progress

  /// Loads the parameters.
  /// - Throws: `wrong-task` where the bundle is not for question answering; what `ForwardPass` throws.
  init(
    _ bundle: LoadedBundle, checkpoint: String?, resizesVocabulary: Bool, threads: Int,
    maker: FeatureMaker, selection: AnswerSelection, progress: Progress
  ) throws {
    shape = try bundle.recipe.program.questionAnsweringShape()
    pass = try ForwardPass(
      bundle, checkpoint: checkpoint, resizesVocabulary: resizesVocabulary, threads: threads,
      progress: progress)
    self.maker = maker
    self.selection = selection
    self.progress = progress
  }

  /// The answers to all questions, in their order.
  /// - Throws: `data-vocabulary-mismatch` where the tokenizer has tokens that the model does not; `Interrupted`.
  func answers(to questions: QuestionSet) throws -> PredictedAnswers {
    progress.begin("predicting", total: questions.questionCount)
    var queue = QuestionQueue()
    var answers = PredictedAnswers()
    var batch: [TokenExample] = []
    var batchNumber = 0
    func run() throws {
      try Interruption.check()
      let logits = try logits(of: batch, number: batchNumber)
      for finished in queue.give(logits) {
        answers.append(
          selection.candidates(finished.features, in: finished.context), for: finished.id)
      }
      progress.advance(to: answers.count)
      batch = []
      batchNumber += 1
    }
    for paragraph in questions.paragraphs {
      let context = maker.context(of: paragraph)
      for question in paragraph.questions {
        let features = maker.features(of: question, in: context)
        queue.append(question.id, context, features)
        for feature in features {
          batch.append(
            try TokenExample(feature.example, shape: shape, source: question.place.words))
          if batch.count == pass.microBatchSize { try run() }
        }
      }
    }
    if !batch.isEmpty { try run() }
    progress.finish()
    return answers
  }

  /// The logits of each example; a micro-batch that is not full is filled up with its last one.
  private func logits(of examples: [TokenExample], number: Int) throws -> [AnswerLogits] {
    guard let last = examples.last else { return [] }
    let filler = repeatElement(last, count: pass.microBatchSize - examples.count)
    let results = try pass.run(Batch(examples + filler, shape: shape), number: number)
    func rows(_ name: String) throws -> [ArraySlice<Float>] {
      guard let values = results.first(where: { $0.outputName == name })?.values else {
        throw TesseraError(
          .incompatible, code: .wrongTask, "the bundle's evaluation has no result '\(name)'",
          remedies: ["compile a SQuAD configuration"])
      }
      let width = values.count / pass.microBatchSize
      return examples.indices.map { values[$0 * width..<($0 + 1) * width] }
    }
    return zip(try rows("start_logits"), try rows("end_logits")).map(AnswerLogits.init)
  }
}

/// Questions whose windows are on their way through the model.
private struct QuestionQueue {
  /// A question, its windows, and the logits of as many of them as came back.
  struct Entry {
    var id: String
    var context: FeatureMaker.Context
    var windows: [QuestionFeature]
    var logits: [AnswerLogits] = []

    var features: [(feature: QuestionFeature, logits: AnswerLogits)] {
      Array(zip(windows, logits))
    }
  }

  private var entries: [Entry] = []

  mutating func append(
    _ id: String, _ context: FeatureMaker.Context, _ windows: [QuestionFeature]
  ) {
    entries.append(Entry(id: id, context: context, windows: windows))
  }

  /// Gives the next windows their logits, in the order in which they were appended.
  /// - Returns: the questions that have all now.
  mutating func give(_ logits: [AnswerLogits]) -> [Entry] {
    var place = 0
    for one in logits {
      while entries[place].logits.count == entries[place].windows.count { place += 1 }
      entries[place].logits.append(one)
    }
    let count = entries.prefix { $0.logits.count == $0.windows.count }.count
    defer { entries.removeFirst(count) }
    return Array(entries[..<count])
  }
}

extension TrainingRecipe.Program {
  /// What a sample of the model holds.
  /// - Throws: `wrong-task` where the model is not for question answering.
  func questionAnsweringShape() throws(TesseraError) -> RecordShape {
    guard task == .questionAnswering else {
      throw TesseraError(
        .incompatible, code: .wrongTask,
        "the bundle is compiled for \(task.phrase), not for question answering",
        remedies: ["compile a SQuAD configuration, such as configs/squad_base.json"])
    }
    return try RecordShape(of: self)
  }
}
