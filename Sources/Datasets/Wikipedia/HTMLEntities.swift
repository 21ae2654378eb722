import Foundations

/// Character references of HTML, such as `&amp;` and `&#8211;`, in text that was taken out of pages.
enum HTMLEntities {
  /// `text` with the references replaced by what they stand for, once: of `&amp;lt;` stays `&lt;`. What is
  /// no reference stays.
  static func decoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    let scalars = Array(text.unicodeScalars)
    var output = String.UnicodeScalarView()
    var position = 0
    while position < scalars.count {
      if scalars[position] == "&", let found = reference(in: scalars[(position + 1)...]) {
        output.append(found.scalar)
        position = found.end
      } else {
        output.append(scalars[position])
        position += 1
      }
    }
    return String(output)
  }

  /// The longest name is `thetasym`; numbers have at most eight characters.
  private static let longestReference = 10

  /// The reference that follows an ampersand, up to and with its semicolon.
  private static func reference(
    in text: ArraySlice<Unicode.Scalar>
  ) -> (scalar: Unicode.Scalar, end: Int)? {
    guard let semicolon = text.prefix(longestReference + 1).firstIndex(of: ";") else { return nil }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: text[..<semicolon])
    return scalar(named: String(name)).map { ($0, semicolon + 1) }
  }

  private static func scalar(named name: String) -> Unicode.Scalar? {
    guard name.hasPrefix("#") else { return named[name].flatMap { Unicode.Scalar($0) } }
    let digits = name.dropFirst()
    let value =
      digits.hasPrefix("x") || digits.hasPrefix("X")
      ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let value, value > 0 else { return nil }
    return Unicode.Scalar(value)
  }

  /// The named references of HTML 4.01, section 24, and XML's `apos`.
  private static let named: [String: UInt32] = {
    var named: [String: UInt32] = ["quot": 34, "amp": 38, "apos": 39, "lt": 60, "gt": 62]
    for (first, names) in rows {
      for (offset, name) in names.split(separator: " ").enumerated() where name != "-" {
        named[String(name)] = first + UInt32(offset)
      }
    }
    return named
  }()

  /// The names of scalars in a row from a first one on; `-` for one that has none.
  private static let rows: [(UInt32, String)] = [
    (
      160,
      """
      nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
      acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde \
      Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute \
      Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde \
      auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute \
      ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
      """
    ),
    (338, "OElig oelig"), (352, "Scaron scaron"), (376, "Yuml"), (402, "fnof"), (710, "circ"),
    (732, "tilde"),
    (
      913,
      """
      Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau \
      Upsilon Phi Chi Psi Omega
      """
    ),
    (
      945,
      """
      alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma \
      tau upsilon phi chi psi omega
      """
    ),
    (977, "thetasym upsih - - - piv"), (8194, "ensp emsp"), (8201, "thinsp"),
    (8204, "zwnj zwj lrm rlm"), (8211, "ndash mdash"), (8216, "lsquo rsquo sbquo"),
    (8220, "ldquo rdquo bdquo"), (8224, "dagger Dagger bull"), (8230, "hellip"), (8240, "permil"),
    (8242, "prime Prime"), (8249, "lsaquo rsaquo"), (8254, "oline"), (8260, "frasl"),
    (8364, "euro"),
    (8465, "image"), (8472, "weierp"), (8476, "real"), (8482, "trade"), (8501, "alefsym"),
    (8592, "larr uarr rarr darr harr"), (8629, "crarr"), (8656, "lArr uArr rArr dArr hArr"),
    (8704, "forall - part exist - empty - nabla isin notin - ni"), (8719, "prod - sum minus"),
    (8727, "lowast"), (8730, "radic"), (8733, "prop infin"), (8736, "ang"),
    (8743, "and or cap cup int"), (8756, "there4"), (8764, "sim"), (8773, "cong"), (8776, "asymp"),
    (8800, "ne equiv"), (8804, "le ge"), (8834, "sub sup nsub - sube supe"), (8853, "oplus"),
    (8855, "otimes"), (8869, "perp"), (8901, "sdot"), (8968, "lceil rceil lfloor rfloor"),
    (9001, "lang rang"), (9674, "loz"), (9824, "spades"), (9827, "clubs"), (9829, "hearts diams"),
  ]
}
