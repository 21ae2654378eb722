/// English words that are written with a full stop, in lower case and without it, and words that
/// sentences begin with.
enum Abbreviations {
  /// With a capital: what a name follows.
  static let titles = words(
    """
    adm amb asst attn brig bros capt cmdr col cpl dr ens fr ft gen gov hon lt maj messrs mlle mme mr mrs ms \
    msgr mt mx pfc pres prof pvt rep reps rev sen sens sgt supt st ste
    """)

  /// What more of the sentence follows.
  static let never = words("vs viz cf e.g i.e eg ie incl esp repr orig transl ca approx")

  /// What a number follows; before other words they are ordinary ones.
  static let beforeNumbers = words(
    """
    no nos nr vol vols ch chap sec sect fig figs eq eqs pp par art op jan feb mar apr jun jul aug sep sept oct \
    nov dec fl lit circ ser pt
    """)

  /// What may end a sentence.
  static let anywhere = words("etc al ed eds trans ph.d ll.b ll.d b.sc m.sc")

  /// With a capital: parts of names that may end a sentence.
  static let names = words(
    """
    inc ltd co corp llc plc jr sr esq ave blvd rd sq bldg dept univ mfg assn calif conn fla ill ind kan mass \
    mich minn miss mo mont neb nev okla ont ore penn tenn tex va vt wash wis wyo
    """)

  /// Words that a name seldom begins with and a sentence often does.
  static let starters = words(
    """
    a about according additionally after all along also although among an and another any as at because before \
    being between both but by despite due during each either even every few finally first following for four \
    from further furthermore given he her here his how however i if in indeed instead it its later like many \
    meanwhile moreover most much my nevertheless no none nonetheless not nothing now of often on once one only \
    other others our over perhaps previously rather several she similarly since so some soon still such \
    subsequently that the their then there therefore these they this those though three through throughout \
    thus to today together two under unlike until upon we what when where whereas whether which while who why \
    with within without yet you your
    """)

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
