"""Closed lists that the rules for follow-up questions look words up in."""

from __future__ import annotations

from qa_bot.answering.words import vocabulary

WH = vocabulary("who whom whose what which when where why how")
DO = vocabulary("do does did")
JOINS = vocabulary("of the de da di von van der bin al el la du")
"""Small words inside a name."""
SMALL_TALK = vocabulary(
    "thanks thank hello hi hey ok okay yes no please bye help great cool good sure right"
)
ORDERED = vocabulary("previous next other earlier later last first second third former latest")
EVENT_VERBS = vocabulary(
    "happen begin start end win lose die meet say said won lost died met began started ended took "
    "take place made make cost become became told want agree sign announce report come came go "
    "went get got give gave leave left open close work mean affect cause play held hold pay paid "
    "killed injured called named"
)
"""Verbs that would be taken for a noun otherwise."""
REPORTING = vocabulary(
    "say says said think thinks thought claim claims claimed believe believes believed know knew "
    "admit admitted deny denied announce announced promise promised"
)
"""Verbs whose clause may follow without "that"."""
BE = vocabulary("is are was were am isn't wasn't aren't weren't")
AUXILIARIES = (
    DO
    | BE
    | vocabulary(
        "has have had will would can could should shall may might must don't doesn't didn't won't "
        "hasn't haven't hadn't can't couldn't wouldn't"
    )
)
PAST_OR_FUTURE = vocabulary("did was were has have had will")
PREPOSITIONS = vocabulary(
    "in on at by for from with to of about against between during after before since until till "
    "under over through into within without among across near around behind besides despite like "
    "per via towards toward upon amid outside inside above below"
)
CONJUNCTIONS = vocabulary("and or but so because if when while that as since although though than")
DETERMINERS = vocabulary("the a an this that these those his her its their my your our some any")
PERSONAL = vocabulary(
    "i you he she it we they me him her us them himself herself itself themselves"
)
POSSESSIVE = vocabulary("his her hers its their theirs")

SUBORDINATORS = vocabulary(
    "that because when after before if while whether although though since where why until unless "
    "once as so and but or who which what how"
)

NO_HEAD = (
    WH
    | AUXILIARIES
    | PREPOSITIONS
    | CONJUNCTIONS
    | PERSONAL
    | DETERMINERS
    | vocabulary("not there here then now also else too again ever still already only just very")
)
"""Words that end a noun phrase, or are none."""

TIMES = vocabulary(
    "year years week weeks month months day days time times morning evening afternoon night "
    "weekend decade century season summer winter spring autumn fall moment minute hour today "
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday"
)
DATE_NAMES = vocabulary(
    "january february march april june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday "
    "sunday christmas easter thanksgiving"
)
QUANTITIES = vocabulary(
    "share percentage percent proportion number amount time day date year month price age score "
    "size length height weight distance speed temperature rate kind sort type reason cause colour "
    "color"
)
SAYING = vocabulary(
    "say said do happen happened think mean tell told want know believe feel call go write wrote "
    "written"
)
"""Verbs after which the answer to "what" is no thing that a question could go on about."""

PERSON_NOUNS = vocabulary(
    "man woman person boy girl president minister leader chief chairman chairwoman ceo founder "
    "director manager coach captain player actor actress singer author writer journalist governor "
    "mayor senator congressman congresswoman lawyer judge doctor scientist professor king queen "
    "prince princess pope candidate suspect gunman shooter victim winner champion artist rapper "
    "musician star politician premier chancellor secretary ambassador general billionaire "
    "businessman athlete driver pilot teenager official spokesman spokeswoman"
)
ORGANISATION_NOUNS = vocabulary(
    "company firm group team club party organisation organization agency bank network broadcaster "
    "corporation airline maker carmaker manufacturer retailer publisher university school union "
    "court committee commission association federation league institute startup platform"
)
PLACE_NOUNS = vocabulary(
    "country nation state city town village province region island capital county place area"
)
PEOPLE_NOUNS = vocabulary(
    "people men women children workers researchers scientists officials experts authors players "
    "students teachers doctors nurses police protesters voters leaders ministers lawmakers "
    "senators countries companies states teams parties families residents soldiers troops "
    "astronauts passengers victims employees members migrants refugees investigators"
)
WORLDLY = vocabulary(
    "world sun moon earth internet weather economy future past sky universe environment climate "
    "same other others most least best worst first last next only public media web stock"
)
"""Nouns that "the" needs no earlier mention for."""

RELATIONAL = vocabulary(
    "cause reason score result outcome price cost name winner loser capital population purpose "
    "goal date leader president ceo owner founder size budget death deaths toll victim victims "
    "suspect motive punishment sentence verdict penalty fine damage weather impact effect "
    "consequences reaction response terms conditions details venue host location address age"
)
"""Nouns that are always of something, so that a question with no more than them is cut short."""

HAPPENING = vocabulary(
    "die died killed injured hurt happen happened won win lost lose began begin begun started "
    "start ended end stop stopped arrested charged convicted sentenced accused cost score scored "
    "finish finished attended attend present involved responsible guilty affected survive "
    "survived missing wounded evacuated rescued displaced voted elected chosen replace replaced "
    "succeed resign resigned agree agreed decide decided react reacted respond responded sign "
    "signed host hosted cause caused"
)
"""Verbs and participles that need a participant or an event which the question must name."""

GENERAL = PEOPLE_NOUNS | vocabulary(
    "person man woman child many much money exactly else main final total full official reason "
    "place time date day year long far big high"
)
"""Words that say little of what a question is about."""
OPENERS = vocabulary("and but so ok okay also then well now plus")

MALE_NAMES = vocabulary(
    "aaron abdul adam ahmed alan albert alex alexander alexei ali andrew andy anthony antonio "
    "arthur barack ben benjamin bernard bill bob boris brad brandon brian bruce carlos charles "
    "chris christopher clarence craig daniel dave david dennis derek dmitry donald doug edward "
    "elon emmanuel eric erik eugene ethan evan evgeny felipe fernando francis frank fred gareth "
    "gary gavin george giorgio glenn gordon graham greg gregory harry hassan henry howard hugh "
    "hugo hussein ian igor imran ivan jack jacob jair james jamie jared jason javier jeff jeffrey "
    "jeremy jerome jerry jesse jesus jim jimmy joe joel john johnny jonathan jordan jose joseph "
    "joshua juan julian justin karl keir keith ken kenneth kevin kyle kylian larry lebron lee "
    "leonardo lewis liam lionel louis luis luiz lula luke manuel marc marco mario mark martin "
    "matt matthew max michael miguel mike mikhail mitch mohamed mohammed morgan muhammad narendra "
    "nathan neil nicholas nick nicolas nigel noah novak oleksandr olaf oliver oscar patrick paul "
    "pedro pete peter phil philip pierre rafael ralph raymond recep ricardo richard rick rishi "
    "robert roberto rodrigo roger roman ron ronald roy rupert russell ryan salman sam samuel "
    "scott sean sebastian sergei sergey sergio simon stephen steve steven stuart ted terry thomas "
    "tim timothy tom tommy tony travis tyler victor viktor vincent vladimir volodymyr walter "
    "warren wayne will william xavier yevgeny zachary"
)
FEMALE_NAMES = vocabulary(
    "aaliyah abigail adele alexandra alexandria alice alicia allison amanda amber amy ana andrea "
    "angela angelina anita anna anne annie ariana ashley barbara beatrice beth betty beyonce "
    "brenda britney brittney camilla carol caroline carolyn catherine charlotte chelsea cheryl "
    "christina christine claire claudia cynthia daisy deborah debra diana diane donna dorothy "
    "elena elizabeth ellen emily emma erin eva evelyn fiona florence frances gabrielle gina "
    "giorgia gloria grace greta hannah heather heidi helen hillary ida ivanka jacinda jane janet "
    "janice jasmine jean jennifer jenny jessica jill joan joanna joyce judith judy julia julie "
    "kamala karen kate katherine kathleen kathy katie kelly ketanji kimberly kirsten laura "
    "lauren leah lily linda lisa liz lorraine louise lucy lynn mackenzie madonna magdalena "
    "margaret maria marie marilyn marine marjorie martha mary megan meghan melania melissa "
    "meredith michelle miranda molly nancy naomi natalie natasha nicola nicole nikki olena olga "
    "olivia oprah pamela patricia paula penelope priti rachel rebecca rita rosa rose ruth sally "
    "samantha sandra sanna sara sarah serena sharon shirley simone sofia sonia sophia sophie "
    "stacey stephanie susan suzanne sylvia tamara taylor teresa theresa tina tracy ursula valerie "
    "vanessa venus veronica victoria virginia wendy whitney whoopi zara zoe"
)
MALE_TITLES = vocabulary("mr sir king prince duke lord pope father bishop cardinal")
FEMALE_TITLES = vocabulary("mrs ms miss dame queen princess duchess lady sister")
TITLES = (
    MALE_TITLES
    | FEMALE_TITLES
    | vocabulary("president minister senator governor dr professor judge justice general colonel")
)

PLACES = vocabulary(
    "afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain "
    "bangladesh belarus belgium benin bolivia bosnia botswana brazil britain bulgaria burundi "
    "cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus denmark ecuador "
    "egypt england eritrea estonia ethiopia europe asia africa america fiji finland france gabon "
    "gambia georgia germany ghana greece greenland guatemala guinea guyana haiti honduras hungary "
    "iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya "
    "kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya lithuania luxembourg "
    "madagascar malawi malaysia maldives mali malta mauritania mauritius mexico moldova monaco "
    "mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger "
    "nigeria norway oman pakistan palestine panama paraguay peru philippines poland portugal "
    "qatar romania russia rwanda samoa scotland senegal serbia singapore slovakia slovenia "
    "somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand "
    "togo tonga tunisia turkey türkiye turkmenistan tuvalu uganda ukraine uruguay uzbekistan "
    "vanuatu venezuela vietnam wales yemen zambia zimbabwe usa us u.s uk u.k uae crimea gaza "
    "alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii "
    "idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan "
    "minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
    "tennessee texas utah vermont wisconsin wyoming quebec ontario amsterdam athens atlanta "
    "baghdad bangkok barcelona beijing berlin boston brussels budapest cairo chicago dallas "
    "damascus delhi detroit dubai dublin edinburgh geneva hamburg havana helsinki houston "
    "istanbul jakarta jerusalem johannesburg kabul karachi kyiv kiev lagos lisbon london madrid "
    "manchester manila melbourne miami milan minneapolis moscow mumbai munich nairobi oslo paris "
    "philadelphia prague pyongyang rome seattle seoul shanghai stockholm sydney tehran tokyo "
    "toronto vienna warsaw washington zurich"
)
"""One-word names of countries, American states and large cities, in small letters."""

NATIONALITY = ("ian", "ean", "ese", "ish")
NATIONALITIES = vocabulary(
    "american british french german greek dutch swiss czech thai iraqi israeli pakistani afghan "
    "swedish danish finnish polish turkish spanish irish scottish welsh english chinese japanese "
    "korean russian ukrainian indian brazilian mexican canadian australian italian kenyan "
    "republican democratic muslim jewish christian catholic european african asian western"
)
ORGANISATION_WORDS = vocabulary(
    "party university college company group inc corp corporation ltd llc plc bank union council "
    "court committee commission agency ministry department office association federation league "
    "club united city team times post news journal network institute organization organisation "
    "foundation airlines airways motors police army navy force forces senate congress parliament "
    "house church museum nations fund center centre authority service services"
)
