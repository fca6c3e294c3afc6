"""Words that say whether a full stop ends a sentence, of all languages together.

A text may mix languages, and sentences are cut before its language is detected, so
the lists are read whatever the language is. Words are in lower case, without the
full stop; those that other languages use as common words are left out.
"""

import re

BEFORE_NAMES = frozenset("""
    dr drs mr mrs ms messrs prof profs hon rev sgt lt capt cmdr supt fr
    hr frl dipl ing mag dott dott.ssa prof.ssa sig sigg sig.ra sig.na sig.ri avv geom
    rag on arch mme mmes mlle mlles mgr dra dras prof.a profa sra sras srta srtas dña
    exmo exma ilmo ilma excmo excma lic licda arq dhr mevr mej mw drs ir
    sn dl dna dlui ny tn ts ths tp
    mudr judr mvdr phdr rndr paeddr
    г-н г-жа проф акад доц им ул пер просп наб гр тов
    вул просп пров акад
    кк δρ καθ
    """.split())
"""Titles and the like, which a name follows: never the end of a sentence."""

BEFORE_CAPITALIZED_NAMES = frozenset("""
    gen sen rep col gov maj pres st sr sra mt ft card adm insp atty asst dir br mm pt cv
    fam fa eng
    """.split())
"""Titles too, where they are written with a capital, unless a word follows that
begins sentences."""

BEFORE_NUMBERS = frozenset("""
    no nos nr nrn num núm nro art arts abs abb fig figs vol vols ch chap kap cap
    sec sect eq ref refs pp pg pgs pag pág págs ss seq para par vers lfd bd bde ziff rn
    rdnr tab ill max min tel telp tlf fax op núms tít odst čl čís str sid stk kl lid blz
    madd бр чл рис табл стр гл вип αρ σελ αριθ
    jan feb febr mar apr jun jul aug sep sept oct okt nov dec dez
    jän janv févr avr juil déc
    ene abr ago set dic
    fev mai out jan
    gen mag giu lug ott
    янв февр фев мар апр июн июл авг сент окт ноя нояб дек
    ιαν φεβ μαρ απρ ιουν ιουλ αυγ σεπ οκτ νοε δεκ
    oca şub nis haz tem ağu eyl eki kas ara
    """.split())
"""What a number follows, months among them: no end where a number does follow."""

BEFORE_WORDS = frozenset("""
    e.g i.e viz cf vs p.s vgl bzw z.b d.h u.a o.ä o.g i.d.r m.a.w sog bspw insb ggf
    evtl ca approx inkl exkl zzgl abzgl bzgl geb gest verh hrsg
    p.ex p.ej ej av ap t.ex f.eks bl.a dvs m.a.o d.v.s o.a bijv bv d.w.z m.b.t i.p.v
    t.a.v t.o.v m.n resp esim tzv např napr tj t.j t.zn npr
    т.е т.к т.зв т.н напр π.χ δηλ örn bkz
    """.split())
"""What more of the same sentence follows, whatever it is."""

MID_SENTENCE = frozenset("""
    al inc ltd co corp llc llp plc pty pte bros dept univ assn ave blvd rd hwy jr esq
    ph.d gmbh mio mrd tsd mill jh jhd jhdt chr n.chr v.chr std sek
    ltda cia cía avda ctra pza izq dcha ee uu av apdo dpto depto tfno
    mln mld mlrd млн млрд тыс руб коп долл тис грн гг вв обл
    şti spol jl jln
    """.split())
"""What may end a sentence, but does so only where a word that begins sentences
follows."""

AT_ENDS = frozenset("т.д т.п usw u.s.w etc ecc".split())
"""What ends an enumeration, and a sentence where a capital follows."""

MID_SENTENCE_ENDINGS = ("str",)
"""Endings of further ones: Bahnhofstr."""

UNITS = frozenset(
    "km cm mm dm kg mg ml cl dl hl kb mb gb tb hz kwh pc tv cd dvd pdf sms".split()
)
"""Words without vowels that are no abbreviations with a full stop."""

NAMES_WITH_MARKS = frozenset(
    "yahoo jeopardy kahoot joomla yum wham モーニング娘".split()
)
"""Names with a mark at the end that sentences have, too."""

_WORDS = """
    The This That These Those There Here He She It We You They I His Her Its Our
    Their My Your In On At By For From With After Before When While If As Although
    Though Because Since But And Or So Then Thus However Moreover Some Many Most All
    No Not Nobody None Each Every Both Another Other One Two What Who Why How Where
    Which Later Now Today To An A Only During Under Between Since Yet Also Even Such
    Once Until Unlike Despite

    Der Die Das Den Dem Des Ein Eine Einen Einem Einer Er Sie Es Wir Ihr Ich Du Man
    Sein Seine Ihre Unser Unsere Dieser Diese Dieses Diesen Jene Jener Im Am Zum Zur
    Beim Vom Auf Aus Bei Mit Nach Seit Von Vor Zu Für Gegen Ohne Um Durch Über Unter
    Aber Und Oder Doch Dann Da Damit Dabei Danach Daher Deshalb Dort Hier Heute
    Jetzt Nun Wenn Als Weil Während Obwohl Nachdem Bis Wie Was Wer Wo Warum Niemand
    Alle Viele Einige Mehrere Manche Nur Auch Noch So Schon Sogar Seitdem Zwei

    Le La Les Un Une Des Du Il Elle Ils Elles On Nous Vous Je Tu Ce Cet Cette Ces
    Celui Celle Ceux Son Sa Ses Leur Leurs Notre Nos Mon Ma Mes Dans En Au Aux Sur
    Sous Par Pour Avec Sans Chez Depuis Après Avant Pendant Selon Mais Et Ou Donc Or
    Car Puis Ensuite Alors Cependant Ainsi Quand Lorsque Si Comme Personne Tous
    Toutes Plusieurs Certains Que Qui Où Pourquoi Comment Aujourd Aucun Chaque Deux

    El Los Las Lo Una Unos Unas Él Ella Ellos Ellas Yo Tú Usted Ustedes Nosotros
    Este Esta Esto Estos Estas Ese Esa Eso Aquel Aquella Su Sus Mi Mis Con Sin
    Desde Hasta Para Por Según Entre Sobre Tras Durante Pero Y E O Luego Entonces
    Después Antes Cuando Mientras Aunque Como Si Nadie Todos Todas Muchos Algunos
    Qué Quién Cómo Dónde También Además Sin Al Se Ya Hoy Ahora Allí Aquí Cada Dos

    Os As Um Uma Uns Umas Ele Ela Eles Elas Eu Você Vocês Nós Isso Isto Esse Essa
    Esses Essas Aquele Aquela Seu Sua Seus Suas Meu Minha No Na Nos Nas Em Ao À Aos
    Do Da Dos Das Pelo Pela Com Sem Até Mas Depois Então Quando Enquanto Embora
    Ninguém Todos Muitos Alguns Não Também Além Já Hoje Agora Ali Aqui Dois Ou

    Il Lo Gli I Uno Lui Lei Loro Noi Voi Io Questo Questa Questi Queste Quello
    Quella Suo Sua Suoi Nel Nella Nei Nelle Al Alla Dal Dalla Del Della Sul Sulla
    Per Con Senza Dopo Prima Durante Ma Poi Quindi Così Quando Mentre Anche Nessuno
    Tutti Molti Alcuni Non Oggi Ora Qui Era È Sono

    De Het Een Hij Zij Ze Wij We Ik Jij Jullie Deze Dit Die Dat Zijn Haar Hun Onze
    Op Met Van Voor Na Door Tijdens Maar En Dus Toen Daarna Daarom Als Terwijl Er
    Niemand Alle Veel Sommige Ook Nog Nu Hier Daar Wie Wat Waar Waarom Hoe Sinds

    Han Hon Hun Den Det De Vi Du Jag Jeg Ni Dette Denne Detta Denna Dessa Disse Ett
    En Et På I Med Från Fra Efter Etter Före För Men Och Og Eller Då Sedan När Når
    Ingen Alla Alle Många Mange Hur Vad Hva Hvem Hvor Hvad Hvorfor Vem Var Varför
    Der Som Ved Til Hans Hennes Deres Siden Nu Nå Også Både Både Selv

    Hän He Se Ne Minä Sinä Me Te Tämä Tuo Nämä Kun Jos Mutta Ja Tai Sitten Koska
    Siellä Täällä Kukaan Kaikki Kuka Mikä Missä Miksi Myös Vuonna

    El Ea Ei Ele Eu Noi Un O Acest Această Acesta Aceasta În Pe La Cu După Dar Și
    Apoi Când Dacă Nimeni Toți Cine Ce Unde Nu

    On Ona Ono Oni Já Ten Ta To Tato Tento Tyto Ve Na Po Do Při Před Pod Za Ale Pak
    Když Protože Nikdo Všichni Kdo Co Kde Proč Jak Také Podle Je Byl Byla Od Pri Pred
    Potom Keď Pretože Nikto Všetci Kto Čo Kde Prečo Ako V U S Ko Što Tko Gdje Nakon
    Ali I Nitko Niko Svi Sa Iz Kad Kada Ovaj Ova Ovo Taj Jis Ji Jie Tai Šis Ši Jos
    Bet Ir Kai Kas Kur Kodėl Niekas Po Viņš Viņa Tas Tā Šis Šī Un Kad Neviens

    Bu Şu O Bir Biz Siz Onlar Ben Sen Ama Ve Fakat Sonra Ancak Çünkü Kim Ne Nerede
    Neden Nasıl Hiç Herkes Onun

    Он Она Оно Они Мы Вы Я Ты Это Этот Эта Эти Тот Та Те В Во На По С Со К У О Об От
    До Из За Под При Для После Перед Но И А Или Да Потом Затем Когда Если Хотя Так Как
    Что Кто Где Почему Никто Все Всё Его Её Их Не Также Однако Сейчас Там Здесь Тогда
    Він Вона Воно Вони Ми Ви Це Цей Ця Ці Та Але Й У Із Від Після Потім Коли Якщо Хто
    Що Де Чому Ніхто Всі Його Її Їх Не Ј Они Ово Ова Овај Али Је Су Нико Сви Ко Шта

    Ο Η Το Οι Τα Τον Την Του Της Των Ένας Μια Μία Ένα Αυτός Αυτή Αυτό Αυτοί Στο Στη
    Στην Στον Στα Στις Με Από Για Σε Μετά Αλλά Και Όμως Όταν Αν Κανείς Όλοι Ποιος Τι
    Πού Γιατί Πώς Δεν Θα

    Ia Dia Mereka Kami Kita Saya Ini Itu Di Ke Dari Pada Dengan Untuk Setelah Tetapi
    Dan Namun Ketika Jika Tidak Siapa Apa Ông Bà Anh Chị Nó Họ Tôi Chúng Đây Đó Trong
    Trên Với Nhưng Sau Khi Không Ai Tại
    """
SENTENCE_OPENERS = frozenset(_WORDS.split())
"""Words that, with their capital, are likelier to begin a sentence than to be part of
a name."""

NAME_PARTICLES = frozenset("""
    A An As Au Das De Del Den Der Des Di Die Do Dos Du E El En Et Het I La Las Le Les Lo
    Los Na No O Og Os S Sa Se Ta Te Ten To Tu U Un Van Von Y В К О С У И А Я Ј
    """.split())
"""Those of them that begin names, too: no evidence after an initial."""

GERMAN_BEFORE_ORDINALS = frozenset("""
    der die das des dem den am im vom zum zur beim ab bis seit und oder dieser diesem
    diesen dieses jeder jedem jeden seine seiner seinem seinen ihre ihrer ihrem ihren
    sein ihr ein eine einen einem einer unser in nach vor mit für gegen auf bei von
    zu als montag dienstag mittwoch donnerstag freitag samstag sonntag
    """.split())
GERMAN_AFTER_ORDINALS = frozenset("""
    januar jänner februar feber märz april mai juni juli august september oktober
    november dezember jahrhundert jahrhunderts jahrhunderte jahrtausend jh jhd jhdt
    auflage jahrestag geburtstag jan feb mär apr jun jul aug sep sept okt nov dez
    """.split())

ATTRIBUTION = re.compile(
    # A name that speaks.
    r"(?:[A-Z][\w'’-]+\s?\.?\s+){1,3}(?:said|asked|replied|answered|cried|shouted|called|added"
    r"|whispered|yelled|wondered|exclaimed|says|asks|demanded|insisted|continued)\b"
    # Languages without capitals.
    r"|(?:و|ف)?(?:قال|قالت|سأل|سألت|أجاب|أجابت|صرخ|صرخت|أضاف|أضافت|يقول|تقول|رد|هتف)\b"
    r"|(?:אמר|אמרה|שאל|שאלה|ענה|ענתה|צעק|צעקה|הוסיף|הוסיפה|קרא|קראה)\b"
    r"|(?:پرسید|گفت|افزود)\b"
    r"|[\u4e00-\u9fff]{0,8}?[说說问問喊叫答](?:道|着|了)?[，。：,.:]"
    r"|[\u4e00-\u9fff]{0,8}?(?:笑|叹|嘆|写|寫|喝|吼)道"
)
"""What follows a question or exclamation in quotes and says whose it is."""
