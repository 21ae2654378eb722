"""The facts of Greywater, the small harbour town that the corpus tells about.

Every table is text: the first line names the columns, a bar separates them. The facts are the same
in every document, so a model can learn them in one document and use them in another one.
An `acts` column holds three things done, in the order in which they are done.
"""

PEOPLE = """
name|pron|trade|shop|street|material|source|tool|gear|make|product|buyers|acts|helper|pet|hour|door
Anna|she|baker|bakery|Mill Lane|flour|Peter the miller|oven|shovel|bake|bread|hungry families|knead the soft dough;heat the brick oven;bake the brown loaves|Tom|cat|four|red
Peter|he|miller|windmill|Hill Road|grain|Daniel the farmer|millstone|sieve|grind|flour|bakers and cooks|turn the sails to the wind;grind the yellow grain;fill the sacks with flour|Lily|donkey|five|white
Martin|he|smith|forge|Bridge Street|iron|the captain of the Heron|hammer|anvil|forge|horseshoes|riders and farmers|blow the bellows;heat the iron until it glows;strike the iron with the hammer|Ben|dog|six|black
Clara|she|weaver|weaving room|Church Street|wool|Henry the shepherd|loom|shuttle|weave|cloth|tailors and mothers|comb the clean wool;spin the yarn on the wheel;weave the cloth on the loom|Kate|cat|seven|blue
Thomas|he|carpenter|workshop|Oak Street|timber|the captain of the Falcon|saw|plane|build|chairs|young couples|measure the long boards;saw the timber in half;smooth the wood with a plane|Jack|dog|seven|brown
Ellen|she|potter|pottery|River Road|clay|Philip the digger|wheel|kiln|shape|bowls|cooks and mothers|throw the clay on the wheel;shape the round bowls;fire the bowls in the hot kiln|Mary|parrot|eight|orange
Simon|he|fisherman|boathouse|Harbour Street|bait|Conrad the boatman|net|hook|catch|herring|cooks and sailors|row the boat out to sea;cast the net into the waves;pull up the silver herring|Will|cat|three|green
Rosa|she|gardener|garden|Hill Road|seed|the captain of the Swan|spade|rake|grow|cabbages|cooks and neighbours|dig the dark soil;sow the seed in rows;water the young plants|Ruth|hen|six|green
Henry|he|shepherd|sheepfold|Meadow Lane|hay|Daniel the farmer|crook|shears|sell|wool|weavers and knitters|lead the sheep to the meadow;count the flock at noon;shear the woolly sheep|Sam|dog|five|grey
Julia|she|dairymaid|dairy|Meadow Lane|milk|Daniel the farmer|churn|ladle|churn|butter|bakers and children|milk the brown cows;skim the thick cream;churn the cream into butter|Grace|calf|five|white
Oscar|he|cobbler|shoe shop|Market Square|leather|the captain of the Raven|awl|thread|sew|boots|farmers and sailors|cut the leather with care;nail the heel to the sole;polish the new boots|Max|parrot|eight|brown
Nora|she|tailor|sewing room|Church Street|cloth|Clara the weaver|needle|scissors|sew|coats|teachers and captains|measure the sleeves;cut the cloth with scissors;sew the buttons on the coat|Eve|canary|eight|yellow
David|he|cooper|cooperage|Harbour Street|oak|the captain of the Falcon|mallet|hoop|build|barrels|brewers and captains|split the oak into staves;bend the staves over a fire;drive the hoops down tight|Ben|goat|seven|black
Agnes|she|beekeeper|orchard|Meadow Lane|sugar|the captain of the Rose|smoker|veil|gather|honey|cooks and children|put on the white veil;calm the bees with smoke;lift the honey out of the hives|Lily|hen|nine|yellow
Walter|he|ropemaker|ropewalk|Harbour Street|hemp|the captain of the Dolphin|hook|winch|twist|ropes|sailors and fishermen|comb the long hemp;twist the fibres into strands;wind the strands into ropes|Jack|goat|six|grey
Lucy|she|candlemaker|candle shop|Market Square|wax|Agnes the beekeeper|mould|wick|mould|candles|priests and innkeepers|melt the yellow wax;dip the wicks into the wax;hang the candles up to cool|Kate|canary|nine|purple
Frank|he|stonecutter|quarry|Hill Road|granite|Gregory the carter|chisel|mallet|cut|paving stones|builders and masons|mark the grey granite;split the stone with a chisel;carry the stones to the cart|Will|donkey|six|grey
Helen|she|glassblower|glasshouse|River Road|sand|Philip the digger|pipe|furnace|blow|bottles|brewers and doctors|melt the sand in the furnace;blow the glass through a pipe;cool the bottles slowly|Mary|parrot|seven|orange
Jacob|he|clockmaker|clock shop|Church Street|brass|the captain of the Comet|file|tweezers|mend|clocks|captains and teachers|open the back of the clock;clean the tiny wheels;wind the spring with a key|Max|canary|nine|blue
Maria|she|printer|printing house|Market Square|paper|the captain of the Pearl|press|ink|print|books|teachers and readers|set the small letters;spread the black ink;pull the lever of the press|Ruth|cat|eight|purple
Edward|he|sailmaker|sail loft|Harbour Street|canvas|the captain of the Otter|palm|needle|stitch|sails|captains and sailors|roll out the canvas;stitch the long seams;fold the finished sails|Tom|dog|seven|blue
Sarah|she|basketmaker|barn|Mill Lane|willow|Conrad the boatman|knife|bucket|weave|baskets|fishermen and market women|cut the willow by the river;soak the rods in a bucket;bend the rods into baskets|Grace|goat|eight|green
George|he|shipwright|shipyard|Bridge Street|planks|Frederick the forester|adze|tar|build|boats|fishermen and merchants|lay the heavy keel;bend the planks over the ribs;seal the seams with tar|Sam|dog|six|red
Emma|she|herbalist|herb shop|Mill Lane|herbs|Frederick the forester|mortar|scales|mix|medicine|sick people|pick the fresh herbs;dry the herbs above the stove;crush the herbs in the mortar|Eve|hen|nine|white
"""

SHIPS = """
ship|captain|pron|cargo|port|home|mate|sails|kind|voyage|quay|buyer|figure|back|masts
Heron|Hale|he|iron|Norvik|the cold north|Olaf|white|brig|nine|north quay|Martin|bird|horseshoes|two
Falcon|Stone|she|timber|Bergen Bay|the dark forests|Nils|brown|schooner|eight|north quay|Thomas|hunter|chairs|three
Swan|Lark|she|seed|Florin|the flat green fields|Pieter|white|sloop|three|south quay|Rosa|queen|cabbages|single
Raven|Black|he|leather|Castello|the dry south|Marco|black|brig|twelve|south quay|Oscar|wizard|boots|two
Dolphin|Reed|he|hemp|Rigan|the wide plains|Anton|grey|schooner|ten|old quay|Walter|mermaid|ropes|three
Comet|Bright|she|brass|Silverport|the rich cities|Hugo|red|clipper|fifteen|new quay|Jacob|star|clocks|four
Pearl|White|she|paper|Lisel|the busy towns|Paulo|blue|clipper|eleven|new quay|Maria|princess|books|four
Otter|Grey|he|canvas|Brabant|the low country|Jan|brown|sloop|four|old quay|Edward|lion|sails|single
Lantern|Frost|he|oil|Whale Island|the frozen sea|Erik|yellow|brig|twenty|north quay|Lucy|angel|candles|two
Rose|Summer|she|sugar|Valina|the sunny islands|Diego|red|schooner|fourteen|south quay|Agnes|flower|honey|three
"""

ANIMALS = """
animal|plural|home|place|food|call|young|coat|active|part|acts|enemy|watcher|litter
otter|otters|den|the river|fish|whistle|cubs|brown|at dusk|strong tail|dive under the water;chase the quick fish;slide down the muddy bank|eagle|Sarah|two
owl|owls|hollow tree|the wood|mice|hoot|owlets|grey|at night|round eyes|wake after the sunset;listen for the mice;fly without a sound|crow|Emma|four
fox|foxes|burrow|the hill|rabbits|bark|cubs|red|at night|bushy tail|leave the burrow at dark;sniff at the cold ground;hunt along the hedge|wolf|Peter|five
hare|hares|hollow|the meadow|clover|squeal|leverets|yellow|at dawn|long ears|sit still in the grass;lift the long ears;run across the field|fox|Henry|three
swallow|swallows|mud nest|the barn|flies|twitter|chicks|blue|by day|forked tail|come back from the south;build a nest of mud;catch flies above the pond|hawk|Julia|five
robin|robins|nest|the hedge|worms|sing|chicks|brown|by day|red breast|perch on the fence;sing a clear song;pull worms from the soil|cat|Rosa|six
seal|seals|cave|the beach|herring|roar|pups|silver|by day|wet whiskers|rest on the warm rocks;slip into the cold waves;follow the fishing boats|shark|Simon|two
hedgehog|hedgehogs|heap of leaves|the garden|beetles|grunt|hoglets|brown|at dusk|sharp spines|creep out of the leaves;search for fat beetles;curl up into a ball|badger|Nora|four
squirrel|squirrels|round nest|the park|nuts|chatter|kittens|red|by day|curly tail|climb up the trunk;gather the ripe nuts;bury the nuts under the roots|hawk|Thomas|three
badger|badgers|sett|the forest|roots|growl|cubs|black|at night|striped face|sweep out the sett;dig for sweet roots;scratch the bark of a tree|wolf|George|three
goose|geese|reed bed|the lake|grass|honk|goslings|grey|at dawn|orange beak|stretch the broad wings;fly in a long line;land on the still lake|fox|Ellen|six
bee|bees|hive|the orchard|nectar|hum|grubs|golden|by day|thin wings|fly out of the hive;visit the apple blossom;carry nectar to the queen|wasp|Agnes|many
"""

MONTHS = """
month|ordinal|season|weather|feast|plant|crop|bird|acts|clothes|length|sky|day
January|first|winter|snow|New Year|holly|turnips|crow|clear the snow from the path;chop wood for the stove;mend the old nets|fur hat|thirty one|white|short and dark
February|second|winter|frost|Candle Night|snowdrop|onions|robin|break the ice on the trough;feed the hungry birds;carve new spoons|woollen scarf|twenty eight|pale|short and cold
March|third|spring|wind|Kite Day|crocus|leeks|lark|plough the fields;sow the barley;paint the boats|leather jacket|thirty one|wild|windy and fresh
April|fourth|spring|drizzle|Egg Sunday|daffodil|beans|cuckoo|plant the potatoes;prune the roses;wash the windows|rain coat|thirty|changing|wet and bright
May|fifth|spring|sunshine|Maypole Day|lilac|radishes|swallow|lead the cows outside;weed the garden;dance around the maypole|green dress|thirty one|blue|mild and long
June|sixth|summer|warmth|Midsummer|rose|strawberries|nightingale|cut the tall grass;turn the hay;shear the sheep|straw hat|thirty|clear|long and bright
July|seventh|summer|heat|Regatta|lavender|cherries|swift|swim in the bay;pick the cherries;race the boats|linen shirt|thirty one|burning|hot and long
August|eighth|summer|thunder|Harvest Home|poppy|tomatoes|stork|reap the wheat;bind the sheaves;bring in the harvest|apron|thirty one|heavy|dry and golden
September|ninth|autumn|mist|Apple Fair|aster|apples|starling|pick the apples;press the cider;gather the nuts|knitted vest|thirty|golden|soft and quiet
October|tenth|autumn|rain|Lantern Walk|heather|pumpkins|goose|dig up the potatoes;rake the leaves;store the pumpkins|brown cloak|thirty one|grey|wet and windy
November|eleventh|autumn|fog|Fishing Feast|moss|cabbages|magpie|salt the herring;repair the roofs;spin by the fire|thick coat|thirty|low|dim and damp
December|twelfth|winter|ice|Christmas|ivy|walnuts|owl|bake the honey cakes;hang up the lamps;sing by the tree|pair of mittens|thirty one|starry|short and merry
"""

MUSIC = """
instrument|player|maker|wood|part|sound|tune|feast|day|place|touch|dance
fiddle|Simon|Thomas|maple|four strings|bright|The Herring Girl|Regatta|Saturday|the inn|draw the bow across the strings|jig
flute|Clara|Jacob|silver|eight keys|clear|The Morning Lark|Maypole Day|Sunday|the church|blow softly into the flute|minuet
drum|Martin|Oscar|goat skin|two sticks|deep|The March of the Smiths|Kite Day|Monday|the market square|beat the skin with two sticks|march
harp|Helen|George|walnut wood|thirty strings|gentle|The Lady of the Lake|Christmas|Thursday|the old castle|pluck the strings with the fingers|waltz
horn|Henry|Frank|cow horn|three rings|loud|The Hunter Comes Home|Harvest Home|Friday|the hill|press the lips against the horn|round dance
accordion|David|Walter|red leather|black buttons|merry|The Tar Barrel|Midsummer|Wednesday|the harbour|push and pull the bellows|polka
whistle|Rosa|Sarah|willow|six holes|high|The Cuckoo in the Garden|Egg Sunday|Tuesday|the school|cover the holes with the fingers|reel
organ|Maria|Edward|tin|hundred pipes|solemn|The Star above the Sea|Candle Night|Sunday|the chapel|press the white keys|hymn
"""

DISHES = """
dish|cook|main|second|third|pot|acts|minutes|side|day|smell|taste|origin
fish soup|Simon|herring|onions|potatoes|iron pot|clean the herring;chop the onions;boil the soup in the pot|forty minutes|brown bread|Friday|the sea|salty|the harbour
apple pie|Anna|apples|butter|cinnamon|round tin|peel the apples;roll out the dough;bake the pie in the oven|fifty minutes|sweet cream|Sunday|cinnamon|sweet|the orchard
bean stew|Rosa|beans|carrots|bacon|clay pot|soak the beans;fry the bacon;cook the stew in the pot|two hours|black bread|Monday|bacon|hearty|the garden
honey cake|Agnes|honey|flour|almonds|square tin|warm the honey;mix in the almonds;bake the cake in the tin|thirty minutes|hot tea|Saturday|honey|sweet|the hives
barley porridge|Peter|barley|milk|raisins|copper pan|rinse the barley;pour in the milk;stir the porridge in the pan|twenty minutes|fresh berries|Tuesday|warm milk|mild|the mill
onion tart|Julia|onions|cheese|eggs|flat tin|slice the onions;beat the eggs;bake the tart in the tin|forty minutes|green salad|Wednesday|cheese|savoury|the dairy
potato salad|Ellen|potatoes|eggs|mustard|big bowl|boil the potatoes;slice the eggs;toss the salad in the bowl|ten minutes|smoked fish|Thursday|mustard|sour|the fields
plum jam|Emma|plums|sugar|lemon|copper pan|stone the plums;weigh the sugar;boil the jam in the pan|an hour|white bread|Saturday|summer fruit|sour|the valley
mushroom pasta|Nora|mushrooms|garlic|parsley|wide bowl|brush the mushrooms;crush the garlic;toss the pasta in the bowl|fifteen minutes|grated cheese|Wednesday|garlic|rich|the forest
gingerbread|Lucy|ginger|flour|treacle|baking tray|grind the ginger;stir in the treacle;bake the gingerbread on the tray|twelve minutes|cold milk|Sunday|ginger|spicy|the islands
"""

CHILDREN = """
name|pron|toy|wish|village
Tom|he|kite|pilot|Thornby
Lily|she|doll|teacher|Millbrook
Ben|he|wooden horse|smith|Sandwick
Kate|she|skipping rope|dancer|Thornby
Jack|he|spinning top|sailor|Millbrook
Mary|she|painted ball|painter|Sandwick
Will|he|toy boat|captain|Thornby
Ruth|she|picture book|doctor|Millbrook
Sam|he|slingshot|shepherd|Sandwick
Grace|she|tin whistle|singer|Thornby
Max|he|tin soldier|clockmaker|Millbrook
Eve|she|rag doll|gardener|Sandwick
"""

# Lists with a fixed order: `{day}`, `{day.next}` and `{day.after}` come one after another.
# In documents about a month, a tune or a dish `{day}` is a fact of the topic, `{weekday}` any day.
WEEK = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ORDERED = {
    "day": WEEK,
    "weekday": WEEK,
    "number": "two three four five six seven eight nine ten eleven twelve".split(),
}

CHOICES = {
    "hour": "six seven eight nine ten eleven".split(),
    "late": "six seven eight nine".split(),
    "daytime": ["morning", "afternoon", "evening"],
    "village": ["Thornby", "Millbrook", "Sandwick"],
    "villager": ["an old man", "a young woman", "a farmer", "a sailor", "a widow", "a teacher"],
    "mood": ["happy", "proud", "tired", "glad", "busy", "quiet"],
    "good": ["good", "fine", "strong", "cheap", "famous"],
    "coin": ["copper", "silver", "gold"],
    "spot": ["by the fire", "under the lamp", "at the window", "on the bench", "near the door"],
}

# In this weather nobody stays at home. Patterns that begin with * are not for it.
FAIR_WEATHER = {"sunshine", "warmth", "heat"}

# Past forms that do not follow the rule; `DOUBLED` verbs double their last letter.
PAST = dict(pair.split(":") for pair in """
make:made catch:caught grow:grew grind:ground strike:struck cut:cut spin:spun weave:wove draw:drew
sell:sold dig:dug set:set lay:laid blow:blew bind:bound hang:hung sweep:swept feed:fed build:built
hide:hid swim:swam fly:flew sing:sang run:ran come:came throw:threw cast:cast lead:led bend:bent
put:put drive:drove wind:wound spread:spread split:split leave:left wake:woke sit:sat creep:crept
beat:beat bring:brought break:broke sew:sewed sow:sowed shear:sheared forge:forged row:rowed
""".split())
DOUBLED = set("cut spin dig set swim run put split sit trim stir dip chop slip hum pin grub".split())
