"""The demonstration's merchants, category tree, brands and goods. All names are invented.

`PRODUCTS` are rows of a table; `documents` makes of them what a file for the import of products says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.local.demo.drawings import COLOURS

Words = dict[str, str]


def _w(zh: str, en: str) -> Words:
    return {"zh-CN": zh, "en": en}


@dataclass(frozen=True)
class Shop:
    """A merchant of the demonstration, and the account of its owner."""

    key: str
    id: str
    kind: str
    name: Words
    about: Words
    owner: str
    password: str


SHOPS = (
    Shop(
        "select", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D00A", "self", _w("优选自营", "Mall Select"),
        _w("商城自营,当日发货。", "The mall's own store; ships the same day."),
        "owner@merchant.example", "demo: runs a store",
    ),
    Shop(
        "celadon", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D11B", "flagship", _w("青瓷茶舍", "Celadon Tea House"),
        _w("一盏好茶,一只好器。", "A good tea, and a good cup for it."),
        "tea@merchant.example", "demo: pours the tea",
    ),
    Shop(
        "north", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D22C", "company", _w("北岸户外", "North Shore Outdoors"),
        _w("山在那里,装备在这里。", "The mountain is there, the gear is here."),
        "north@merchant.example", "demo: walks uphill",
    ),
    Shop(
        "cotton", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D33D", "personal", _w("木与棉", "Wood & Cotton"),
        _w("慢慢做,好好用。", "Made slowly, used well."),
        "cotton@merchant.example", "demo: folds blankets",
    ),
)  # fmt: skip

BRANDS = {
    "qingfeng": _w("清风", "Qingfeng"),
    "celadon": _w("青瓷", "Celadon"),
    "north": _w("北岸", "North Shore"),
    "cotton": _w("木与棉", "Wood & Cotton"),
    "huiyin": _w("回音", "Huiyin"),
    "mochi": _w("墨池", "Inkpool"),
}


@dataclass(frozen=True)
class Attribute:
    """An attribute of a category's template; those with values are chosen from."""

    code: str
    name: Words
    kind: str
    values: tuple[tuple[str, str, str], ...] = ()
    facet: bool = True
    sku: bool = False
    unit: str = ""


_COLOUR = Attribute(
    "color", _w("颜色", "Colour"), "enum", tuple((code, zh, en) for code, (_, zh, en) in COLOURS.items()), sku=True
)
_SIZE = Attribute(
    "size", _w("尺码", "Size"), "enum", tuple((size.lower(), size, size) for size in ("S", "M", "L", "XL")), sku=True
)
_EU = Attribute(
    "eu_size", _w("鞋码", "EU size"), "enum", tuple((str(n), str(n), str(n)) for n in range(37, 45)), sku=True
)
_PACK = Attribute(
    "pack", _w("规格", "Pack"), "enum",
    (("50g", "50克", "50 g"), ("125g", "125克", "125 g"), ("250g", "250克", "250 g"), ("500g", "500克", "500 g"),
     ("1kg", "1千克", "1 kg")), sku=True,
)  # fmt: skip
_MATERIAL = Attribute(
    "material", _w("材质", "Material"), "enum",
    (("cotton", "棉", "Cotton"), ("linen", "亚麻", "Linen"), ("wool", "羊毛", "Wool"), ("porcelain", "瓷", "Porcelain"),
     ("clay", "紫砂", "Zisha clay"), ("steel", "不锈钢", "Stainless steel"), ("iron", "铸铁", "Cast iron"),
     ("wood", "木", "Wood"), ("nylon", "尼龙", "Nylon"), ("paper", "纸", "Paper"), ("plastic", "塑料", "Plastic")),
)  # fmt: skip
_TEA = Attribute(
    "tea_kind", _w("茶类", "Kind of tea"), "enum",
    (("green", "绿茶", "Green"), ("black", "红茶", "Black"), ("oolong", "乌龙", "Oolong"), ("white", "白茶", "White"),
     ("puer", "普洱", "Pu'er")),
)  # fmt: skip
_ROAST = Attribute(
    "roast", _w("烘焙度", "Roast"), "enum",
    (("light", "浅烘", "Light"), ("medium", "中烘", "Medium"), ("dark", "深烘", "Dark")),
)  # fmt: skip
_VOLUME = Attribute("volume_ml", _w("容量", "Volume"), "integer", unit="ml", facet=False)
_BATTERY = Attribute("battery_h", _w("续航", "Battery life"), "integer", unit="h", facet=False)
_PAGES = Attribute("pages", _w("页数", "Pages"), "integer", facet=False)


@dataclass(frozen=True)
class Category:
    """A category of the tree; children inherit its attributes."""

    key: str
    name: Words
    attributes: tuple[Attribute, ...] = ()
    children: tuple["Category", ...] = ()


CATEGORIES = (
    Category("food", _w("食品茶饮", "Food & Tea"), (_PACK,), (
        Category("tea", _w("茶叶", "Tea"), (_TEA,)),
        Category("coffee", _w("咖啡", "Coffee"), (_ROAST,)),
    )),
    Category("home", _w("家居生活", "Home & Living"), (_COLOUR, _MATERIAL), (
        Category("kitchen", _w("餐厨", "Kitchen & Dining"), (), (
            Category("teaware", _w("茶具杯具", "Teaware & Cups"), (_VOLUME,)),
            Category("cookware", _w("锅碗", "Cookware & Plates")),
        )),
        Category("lighting", _w("灯具香氛", "Lighting & Candles")),
        Category("textiles", _w("家纺", "Textiles")),
        Category("plants", _w("绿植花器", "Plants & Pots")),
    )),
    Category("apparel", _w("服饰鞋帽", "Clothing & Shoes"), (_COLOUR, _MATERIAL), (
        Category("tops", _w("上衣", "Tops"), (_SIZE,)),
        Category("hats", _w("帽子", "Hats")),
        Category("shoes", _w("鞋", "Shoes"), (_EU,)),
    )),
    Category("outdoors", _w("户外运动", "Outdoors"), (_COLOUR, _MATERIAL), (
        Category("packs", _w("背包", "Backpacks")),
        Category("bottles", _w("水壶", "Bottles"), (_VOLUME,)),
        Category("camping", _w("露营", "Camping")),
    )),
    Category("electronics", _w("数码", "Electronics"), (_COLOUR,), (
        Category("audio", _w("音频", "Audio"), (_BATTERY,)),
        Category("power", _w("充电", "Charging")),
    )),
    Category("stationery", _w("图书文具", "Books & Stationery"), (_COLOUR,), (
        Category("notebooks", _w("本子", "Notebooks"), (_PAGES,)),
        Category("books", _w("图书", "Books"), (_PAGES,)),
        Category("pens", _w("笔", "Pens")),
    )),
)  # fmt: skip


def tree(categories: tuple[Category, ...] = CATEGORIES) -> list[dict[str, Any]]:
    """The categories as the back office takes them, each with its `key` and `children`."""
    return [
        {
            "key": category.key,
            "name": category.name,
            "attributes": [
                {
                    "code": attribute.code,
                    "name": attribute.name,
                    "kind": attribute.kind,
                    "unit": attribute.unit,
                    "facet": attribute.facet,
                    "sku": attribute.sku,
                    "values": [{"code": code, "name": _w(zh, en)} for code, zh, en in attribute.values],
                }
                for attribute in category.attributes
            ],
            "children": tree(category.children),
        }
        for category in categories
    ]


# merchant | category | brand | shape | names | what is said of it | attributes | option=values | yuan, by value | stock
PRODUCTS = """
celadon | tea | qingfeng | tin:celadon | 明前龙井 / Pre-Qingming Longjing | 杭州高山手工炒制,豆香清甜。 / Pan-fired by hand near Hangzhou; sweet, with a note of chestnut. | tea_kind=green | pack=50g,125g,250g | 88 198 368 | 60
celadon | tea | qingfeng | tin:moss | 碧螺春 / Biluochun | 花果间种,卷曲如螺。 / Grown between fruit trees, curled like a snail. | tea_kind=green | pack=50g,125g | 78 168 | 50
celadon | tea | qingfeng | tin:clay | 正山小种 / Lapsang Souchong | 松烟香,桂圆汤。 / Smoked over pine, with a longan finish. | tea_kind=black | pack=50g,125g,250g | 58 128 238 | 80
celadon | tea | qingfeng | tin:amber | 凤凰单丛 / Phoenix Dancong | 蜜兰香,回甘悠长。 / Honey orchid, and a long sweet finish. | tea_kind=oolong | pack=50g,125g | 98 218 | 40
celadon | tea | qingfeng | tin:ink | 大红袍 / Da Hong Pao | 岩骨花香,炭焙三道。 / Rock tea of Wuyi, roasted three times over charcoal. | tea_kind=oolong | pack=50g,125g | 118 268 | 30
celadon | tea | qingfeng | tin:snow | 白毫银针 / Silver Needle | 单芽采摘,毫香蜜韵。 / Single buds only; downy, light, honeyed. | tea_kind=white | pack=50g,125g | 128 288 | 30
celadon | tea | qingfeng | tin:plum | 熟普洱七子饼 / Ripe Pu'er Cake | 渥堆陈化五年,醇厚顺滑。 / Five years old; smooth and deep. | tea_kind=puer | pack=250g,500g | 168 318 | 25
celadon | coffee | qingfeng | pouch:ink | 云南深烘咖啡豆 / Yunnan Dark Roast | 可可与焦糖,适合意式。 / Cocoa and caramel, for espresso. | roast=dark | pack=250g,500g,1kg | 68 128 238 | 70
celadon | coffee | qingfeng | pouch:clay | 云南日晒咖啡豆 / Yunnan Natural | 莓果与红酒香。 / Berries and red wine. | roast=medium | pack=250g,500g | 78 148 | 60
celadon | coffee | qingfeng | pouch:sky | 耶加雪菲咖啡豆 / Yirgacheffe | 茉莉与柑橘,适合手冲。 / Jasmine and citrus, for filter. | roast=light | pack=250g,500g | 88 168 | 45
celadon | teaware | celadon | teapot:clay | 紫砂西施壶 / Xishi Teapot | 宜兴原矿紫砂,全手工。 / Yixing clay, made by hand. | material=clay;volume_ml=180 | color=clay,ink,plum | 368 | 18
celadon | teaware | celadon | teapot:celadon | 青瓷提梁壶 / Celadon Teapot | 梅子青釉,温润如玉。 / Plum-green glaze, smooth as jade. | material=porcelain;volume_ml=600 | color=celadon,snow | 258 | 24
celadon | teaware | celadon | cup:celadon | 青瓷马克杯 / Celadon Mug | 冰裂纹釉,每只不同。 / Crackle glaze; no two are alike. | material=porcelain;volume_ml=350 | color=celadon,sky,snow,rose | 69 | 120
celadon | teaware | celadon | cup:ink | 天目盏 / Tenmoku Cup | 窑变油滴,盈握之间。 / Oil-spot glaze, for one hand. | material=porcelain;volume_ml=90 | color=ink,amber | 128 | 36
celadon | cookware | celadon | plate:sky | 手绘浅盘 / Hand-painted Plate | 釉下彩,可入洗碗机。 / Underglaze; goes into the dishwasher. | material=porcelain | color=sky,celadon,rose | 59 | 90
celadon | cookware | celadon | plate:snow | 象牙白餐盘四件套 / Ivory Plates, Set of Four | 日常四口之家。 / For a family of four. | material=porcelain | | 168 | 40
select | cookware | | pan:moss | 铸铁煎锅 / Cast-iron Skillet | 预先开锅,一锅传家。 / Seasoned; outlives its cook. | material=iron | color=moss,ink,clay | 239 | 35
select | cookware | | pan:ink | 不锈钢平底锅 / Steel Frying Pan | 三层复合底,受热均匀。 / Three layers, even heat. | material=steel | | 189 | 50
select | audio | huiyin | headphones:ink | 降噪头戴耳机 / Noise-cancelling Headphones | 通勤静音,四十小时续航。 / Quiet on the train for forty hours. | battery_h=40 | color=ink,snow,sky | 899 | 60
select | audio | huiyin | headphones:amber | 录音室监听耳机 / Studio Headphones | 平直频响,可换线。 / Flat response, detachable cable. | | color=amber,ink | 1280 | 20
select | audio | huiyin | headphones:rose | 儿童耳机 / Headphones for Children | 音量限制在85分贝。 / Never louder than 85 dB. | battery_h=24 | color=rose,sky,amber | 199 | 80
select | audio | huiyin | speaker:rose | 书架音箱 / Bookshelf Speaker | 木质箱体,蓝牙直连。 / Wooden, with Bluetooth. | | color=rose,ink,snow | 699 | 30
select | audio | huiyin | speaker:ink | 便携音箱 / Portable Speaker | 防水,露营可用。 / Waterproof, for the camp. | battery_h=18 | color=ink,moss,sky | 299 | 75
select | power | huiyin | charger:celadon | 氮化镓充电器65W / 65 W GaN Charger | 三口同充,手掌大小。 / Three ports in the palm of a hand. | | color=celadon,snow,ink | 159 | 150
select | power | huiyin | charger:sky | 无线充电板 / Wireless Charging Pad | 放下即充。 / Put down, and it charges. | | color=sky,snow | 99 | 110
select | power | huiyin | charger:ink | 编织数据线两米 / Braided Cable, 2 m | 抗拉,百瓦快充。 / Tough; charges with 100 W. | | color=ink,sand,rose | 39 | 300
select | notebooks | mochi | notebook:ink | 方格笔记本 / Grid Notebook | 100克道林纸,摊平书写。 / 100 g paper that lies flat. | pages=192 | color=ink,clay,moss,sky | 45 | 200
select | notebooks | mochi | notebook:clay | 旅行手账 / Travel Journal | 牛皮封面,可换内芯。 / Leather cover, exchangeable inside. | pages=128 | color=clay,sand | 128 | 60
select | notebooks | mochi | notebook:rose | 五年日记 / Five-year Diary | 每天五行,五年一页。 / Five lines a day, five years a page. | pages=384 | color=rose,celadon | 88 | 70
select | books | mochi | book:snow | 茶事十二月 / Twelve Months of Tea | 一年茶事,图文并茂。 / A year of tea in words and pictures. | pages=256 | | 68 | 90
select | books | mochi | book:clay | 一人食菜谱 / Cooking for One | 六十道十五分钟小菜。 / Sixty dishes in fifteen minutes. | pages=180 | | 56 | 85
select | books | mochi | book:sky | 徒步笔记 / Notes from the Trail | 二十条线路与地图。 / Twenty trails with maps. | pages=224 | | 59 | 64
select | books | mochi | book:plum | 小木工 / Small Woodwork | 从一把勺子开始。 / Begins with a spoon. | pages=144 | | 49 | 70
select | pens | mochi | pen:clay | 木杆铅笔十二支 / Twelve Cedar Pencils | 顺滑耐写。 / Smooth and lasting. | | | 29 | 260
select | pens | mochi | pen:ink | 钢笔 / Fountain Pen | 明尖,配墨囊。 / With cartridges. | | color=ink,celadon,plum | 168 | 55
north | packs | north | backpack:moss | 40升登山包 / 40 l Trekking Pack | 铝合金背架,含防雨罩。 / Aluminium frame and rain cover. | material=nylon | color=moss,ink,clay | 599 | 40
north | packs | north | backpack:ink | 城市双肩包 / City Backpack | 笔记本隔层,暗袋防盗。 / Laptop sleeve and hidden pocket. | material=nylon | color=ink,sky,sand | 329 | 65
north | packs | north | backpack:amber | 儿童书包 / School Bag | 护脊减负。 / Light on the spine. | material=nylon | color=amber,rose,sky | 229 | 80
north | bottles | north | bottle:sand | 保温水壶 / Insulated Bottle | 二十四小时保温。 / Warm for a day. | material=steel;volume_ml=750 | color=sand,moss,ink,sky | 139 | 130
north | bottles | north | bottle:sky | 轻量运动水壶 / Light Sports Bottle | 单手开合。 / Opens with one hand. | material=plastic;volume_ml=600 | color=sky,rose,amber | 59 | 180
north | bottles | north | bottle:clay | 随行咖啡杯 / Travel Coffee Cup | 防漏盖,杯架适用。 / Does not leak; fits the car. | material=steel;volume_ml=380 | color=clay,snow,ink | 109 | 95
north | camping | north | tent:plum | 双人帐篷 / Two-person Tent | 三季可用,一分钟搭好。 / Three seasons, one minute to pitch. | material=nylon | color=plum,moss | 799 | 22
north | camping | north | tent:amber | 天幕 / Tarp | 遮阳防雨。 / Against sun and rain. | material=nylon | color=amber,sand | 299 | 34
north | camping | north | lamp:amber | 营地灯 / Camp Lantern | 可调光,磁吸底座。 / Dimmable, with a magnetic foot. | material=plastic | color=amber,moss | 119 | 70
north | shoes | north | shoe:sky | 越野跑鞋 / Trail Running Shoes | 抓地防滑,轻弹。 / Grip and spring. | material=nylon | eu_size=38,39,40,41,42,43 | 499 | 24
north | shoes | north | shoe:clay | 徒步靴 / Hiking Boots | 防水透气,护踝。 / Waterproof, and kind to ankles. | material=nylon | eu_size=39,40,41,42,43,44 | 699 | 18
north | hats | north | cap:snow | 速干遮阳帽 / Quick-dry Cap | UPF50+,可折叠。 / UPF 50+, foldable. | material=nylon | color=snow,moss,sky | 89 | 110
cotton | hats | cotton | beanie:clay | 羊毛针织帽 / Wool Beanie | 双层加厚。 / Two layers. | material=wool | color=clay,ink,moss,sand | 99 | 90
cotton | shoes | cotton | shoe:sand | 棉麻家居鞋 / House Shoes | 软底静音。 / Soft and silent. | material=linen | eu_size=37,38,39,40,41 | 79 | 60
cotton | tops | cotton | tee:celadon | 重磅棉T恤 / Heavy Cotton Tee | 260克精梳棉,不透不变形。 / 260 g combed cotton. | material=cotton | color=celadon,ink,snow × size=S,M,L,XL | 99 | 40
cotton | tops | cotton | tee:rose | 亚麻短袖 / Linen Shirt | 夏天的一阵风。 / A breeze in summer. | material=linen | color=rose,sand × size=S,M,L | 159 | 26
cotton | tops | cotton | hoodie:ink | 圆筒连帽卫衣 / Loopwheel Hoodie | 吊织抓绒,越穿越软。 / Softer with every wear. | material=cotton | color=ink,sand,moss × size=S,M,L,XL | 269 | 22
cotton | textiles | cotton | cushion:amber | 条纹靠垫 / Striped Cushion | 可拆洗。 / The cover comes off. | material=cotton | color=amber,sky,rose | 89 | 75
cotton | textiles | cotton | blanket:rose | 羊毛毯 / Wool Blanket | 澳洲羊毛,手工流苏。 / With fringes knotted by hand. | material=wool | color=rose,sand,sky | 459 | 28
cotton | textiles | cotton | blanket:celadon | 华夫格浴巾 / Waffle Towel | 三分钟吸干。 / Dry in three minutes. | material=cotton | color=celadon,snow,sand | 69 | 140
cotton | lighting | cotton | lamp:sand | 亚麻台灯 / Linen Table Lamp | 胡桃木底座,暖光。 / Walnut foot, warm light. | material=wood | color=sand,snow | 329 | 32
cotton | lighting | cotton | candle:plum | 大豆蜡烛 / Soy Candle | 雪松与无花果,燃烧五十小时。 / Cedar and fig, for fifty hours. | material=plastic | color=plum,snow,amber | 98 | 100
cotton | plants | cotton | pot:sky | 虎尾兰盆栽 / Snake Plant in a Pot | 耐阴好养,净化空气。 / Thrives where others give up. | material=porcelain | color=sky,clay,snow | 79 | 48
cotton | plants | cotton | pot:clay | 红陶花盆 / Terracotta Pot | 透气不烂根。 / Breathes, as roots like it. | material=clay | color=clay,sand | 39 | 90
cotton | teaware | cotton | cup:sand | 榉木杯 / Beech Cup | 整木车制,天然木蜡油。 / Turned from one piece, oiled. | material=wood;volume_ml=260 | | 79 | 44
"""  # noqa: E501


@dataclass(frozen=True)
class Good:
    """A product of the demonstration: whose it is, its pictures as (shape, colour), and its document for the import."""

    shop: str
    pictures: tuple[tuple[str, str], ...]
    document: dict[str, Any]


def goods() -> Iterator[Good]:
    """Everything in `PRODUCTS`; the categories of the documents are the keys of `CATEGORIES`."""
    for number, line in enumerate(filter(None, PRODUCTS.splitlines()), 1):
        shop, category, brand, drawing, names, says, given, made, prices, stock = (p.strip() for p in line.split("|"))
        shape, _, colour = drawing.partition(":")
        options = [
            (code, values.split(",")) for code, _, values in (part.strip().partition("=") for part in made.split("×"))
            if code
        ]  # fmt: skip
        # Some are shown in several colours; more pictures would take longer to make than they are worth.
        colours = [colour, *(each for each in dict(options).get("color", ()) if each != colour)][
            : 3 if number % 5 == 0 else 1
        ]
        amounts, zh, en = prices.split(), *(part.strip() for part in names.split(" / "))
        said = _w(*(part.strip() for part in says.split(" / ")))
        attributes = dict(part.split("=") for part in given.split(";") if part)
        document: dict[str, Any] = {
            "external_id": f"D{number:03d}",
            "name": _w(zh, en),
            "category": category,
            "summary": said,
            "description": {
                language: f"<p>{text}</p><p>{promise}</p>"
                for (language, text), promise in zip(said.items(), (_PROMISE_ZH, _PROMISE_EN), strict=True)
            },
            "attributes": {code: int(value) if value.isdigit() else value for code, value in attributes.items()},
            "pictures": [_file(shape, each) for each in colours],
            "skus": list(_skus(number, options, amounts, int(stock), {each: _file(shape, each) for each in colours})),
        }
        if brand:
            document["brand"] = brand
        yield Good(shop, tuple((shape, each) for each in colours), document)


_PROMISE_ZH = "七天无理由退货,全国包邮。"
_PROMISE_EN = "Seven days to change your mind, and free delivery."


def _skus(
    number: int, options: list[tuple[str, list[str]]], prices: list[str], stock: int, pictures: dict[str, str]
) -> Iterator[dict[str, Any]]:
    chosen: list[dict[str, str]] = [{}]
    for code, values in options:
        chosen = [{**one, code: value.lower()} for one in chosen for value in values]
    for position, values in enumerate(chosen):
        price = int(prices[min(position, len(prices) - 1)])
        sku: dict[str, Any] = {
            "code": "-".join([f"D{number:03d}", *values.values()]).upper(),
            "options": values,
            "price": f"{price}.00",
            # Some run low and some are sold out, so that every state can be seen.
            "stock": 0 if (number + position) % 17 == 0 else 3 if (number + position) % 11 == 0 else stock,
        }
        if number % 6 == 0:
            sku["list_price"] = f"{round(price * 1.25)}.00"
        if values.get("color") in pictures:
            sku["picture"] = pictures[values["color"]]
        yield sku


def _file(shape: str, colour: str) -> str:
    return f"{shape}-{colour}.jpg"
