import Foundations

extension QuestionSet {
  /// The largest file that is read; train-v1.1.json has 30 MB.
  package static let byteLimit = 1 << 30

  /// Reads a file of SQuAD 1.1: `{"data": [{"title", "paragraphs": [{"context", "qas": [{"id",
  /// "question", "answers": [{"text", "answer_start"}]}]}]}]}`. Other keys are left alone.
  ///
  /// - Throws: `cannot-open`, `cannot-read`, an error of JSON, `squad-format` where the structure is another,
  ///   `squad-duplicate-question`, or `squad-no-questions`.
  package init(path: String) throws(TesseraError) {
    try self.init(bytes: readBytes(path: path, limit: Self.byteLimit), path: path)
  }

  /// Reads the content of such a file; `path` is for messages.
  /// - Throws: as the other.
  package init(bytes: [UInt8], path: String) throws(TesseraError) {
    let root = try JSON.parse(bytes: bytes, file: path, byteLimit: Self.byteLimit)
    var reader = QuestionSetReader()
    try reader.readSet(Field(root, Place(location: root.location, words: "")))
    guard !reader.ids.isEmpty else {
      throw TesseraError(
        .badData, code: .squadNoQuestions, "\(path) has no questions", at: root.location)
    }
    self.init(path: path, paragraphs: reader.paragraphs)
  }
}

/// Collects the paragraphs of a file.
private struct QuestionSetReader {
  var paragraphs: [QuestionSet.Paragraph] = []
  /// The bytes of each question's id, and where it stands. A string as a key would take canonically
  /// equivalent ids for one.
  var ids: [[UInt8]: Place] = [:]

  mutating func readSet(_ root: Field) throws(TesseraError) {
    for (number, article) in try root.elements(of: "data", "article") {
      let title = article.value["title"]?.string ?? ""
      let place = root.place.inner(
        "article \(number)" + (title.isEmpty ? "" : " (\"\(title)\")"), at: article.value.location)
      let article = Field(article.value, place)
      for (_, paragraph) in try article.elements(of: "paragraphs", "paragraph") {
        var read = QuestionSet.Paragraph(context: try paragraph.string("context"), questions: [])
        for (number, question) in try paragraph.elements(of: "qas", "question") {
          read.questions.append(try readQuestion(question, number))
        }
        paragraphs.append(read)
      }
    }
  }

  private mutating func readQuestion(
    _ field: Field, _ number: Int
  ) throws(TesseraError) -> QuestionSet.Question {
    let id = try field.string("id")
    let place = Place(
      location: field.value.location, words: "\(field.place.words) (id \"\(id)\")")
    let question = Field(field.value, place)
    if let first = ids.updateValue(place, forKey: Array(id.utf8)) {
      throw place.error(
        .squadDuplicateQuestion, "the id is there twice",
        notes: ["it stands first at \(first.location), \(first.words)"],
        remedies: ["give each question an id of its own"])
    }
    var answers: [QuestionSet.Answer] = []
    for (_, answer) in try question.elements(of: "answers", "answer") {
      answers.append(
        QuestionSet.Answer(
          text: try answer.string("text"), start: try answer.count("answer_start")))
    }
    return QuestionSet.Question(
      id: id, text: try question.string("question"), answers: answers, place: place)
  }
}

/// A value of the file, and where it stands.
private struct Field {
  var value: JSON.Value
  var place: Place

  init(_ value: JSON.Value, _ place: Place) {
    self.value = value
    self.place = place
  }

  func string(_ key: String) throws(TesseraError) -> String {
    let value = try member(key)
    guard let string = value.string else { throw wrong(key, "a string", value) }
    return string
  }

  func count(_ key: String) throws(TesseraError) -> Int {
    let value = try member(key)
    guard let integer = value.integer, integer >= 0 else {
      throw wrong(key, "a number of a character", value)
    }
    return integer
  }

  /// The elements of an array, numbered from 1.
  func elements(
    of key: String, _ name: String
  ) throws(TesseraError) -> [(number: Int, field: Field)] {
    let value = try member(key)
    guard let elements = value.elements else { throw wrong(key, "an array", value) }
    return elements.enumerated().map { index, element in
      let place = place.inner("\(name) \(index + 1)", at: element.location)
      return (index + 1, Field(element, place))
    }
  }

  private func member(_ key: String) throws(TesseraError) -> JSON.Value {
    guard value.members != nil else {
      throw place.error(
        .squadFormat, "an object is needed, and this is \(value.phrase)", notes: [Self.shape])
    }
    guard let member = value[key] else {
      throw place.error(.squadFormat, "there is no \"\(key)\"", notes: [Self.shape])
    }
    return member
  }

  private func wrong(_ key: String, _ wanted: String, _ value: JSON.Value) -> TesseraError {
    place.inner("\"\(key)\"", at: value.location)
      .error(.squadFormat, "\(wanted) is needed, and this is \(value.phrase)")
  }

  private static let shape =
    "a file of SQuAD 1.1 is {\"data\": [{\"paragraphs\": [{\"context\", \"qas\": [{\"id\", \"question\", \"answers\": [{\"text\", \"answer_start\"}]}]}]}]}"
}
