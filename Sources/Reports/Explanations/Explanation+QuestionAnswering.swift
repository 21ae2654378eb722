/// Codes of SQuAD files and predictions.
extension Explanation {
  static let nothingToDo = Explanation(
    .running, [.error(.usage)], "Neither training nor validation is asked for",
    meaning:
      "`do_training` and `do_validation` are both false, in the configuration or by their flags.",
    remedy: "Give `--do-training true` or `--do-validation true`.")

  static let predictionsFormat = Explanation(
    .data, [.error(.badData)], "The file is no file of predictions",
    meaning: """
      Predictions are one JSON object with a text for each question's id: `{"56be4db0acb8001400a502ec": "Denver Broncos"}`. Candidates \
      (`nbest_predictions.json`) and data sets look similar and are not that.
      """,
    remedy: "Give the `predictions.json` that `tessera squad predict` wrote.")

  static let squadDuplicateQuestion = Explanation(
    .data, [.error(.badData)], "Two questions have the same id",
    meaning: """
      A prediction belongs to a question by its id, so each question needs one of its own. Often two files were joined that have questions in common.
      """,
    remedy: "Remove one of the questions, or give it another id.")

  static let squadFormat = Explanation(
    .data, [.error(.badData)], "The file does not have the structure of SQuAD 1.1",
    meaning: """
      A file of SQuAD has articles under `data`; an article has `paragraphs`; a paragraph has a `context` and questions under `qas`; a question has \
      an `id`, a `question` and `answers`, each with a `text` and an `answer_start`. The message names the article, the paragraph and the question, \
      and the line and column.
      """,
    remedy: "Correct the file there, or make it again.")

  static let squadMisplacedAnswer = Explanation(
    .data, [.error(.badData)], "An answer is not where the file says",
    meaning: """
      `answer_start` is the character of the context, counted from 0 in Unicode scalar values, at which the answer begins. The text there, and \
      one and two characters before it, is another. Files whose offsets count bytes or UTF-16 units look so, and contexts that were \
      changed after the answers were marked.
      """,
    remedy: """
      Correct the offsets. `--skip-misaligned` leaves such questions out of training and says how many they are.
      """)

  static let squadNoAnswer = Explanation(
    .data, [.error(.badData)], "A question has no answer",
    meaning: """
      Training learns from a question's first answer, and the metric compares a prediction with all of them. In SQuAD 1.1 each question has one. \
      SQuAD 2.0 has questions without; Tessera has no model of them.
      """,
    remedy: "Use a file of SQuAD 1.1, or leave the question out. Predicting needs no answers.")

  static let squadNoQuestions = Explanation(
    .data, [.error(.badData)], "The file has no questions",
    meaning:
      "The file has the structure of SQuAD, and no question in it. What made it probably broke off.",
    remedy: "Make the file again.")

  static let squadPredictionsMissing = Explanation(
    .data, [.warning], "Questions have no prediction",
    meaning: """
      As in the official metric, a question that the predictions leave out counts 0 in both scores. The message names the first ones.
      """,
    remedy: "Predict the same file of questions that the scores are for.")

  static let squadPredictionsSurplus = Explanation(
    .data, [.warning], "Predictions belong to no question",
    meaning: """
      The predictions have ids that the file of questions does not have. They do not count. Often they were made for another file, or for a later version.
      """,
    remedy: "Predict the same file of questions that the scores are for.")

  static let wrongTask = Explanation(
    .running, [.error(.incompatible)], "The bundle is compiled for another task",
    meaning: """
      The model of a bundle ends in the heads of one task. `tessera squad` needs the head that finds an answer's first and last token.
      """,
    remedy: """
      Compile a SQuAD configuration (the stage name `qa_head` in `pipeline_stages`). A checkpoint of pre-training is what it starts from.
      """)
}
