"""The mapping of a general store's product list (JSON Lines: id, name, category, style, description, price in US
dollars, current_stock, gender_affinity) to what the mall's import takes. The mall itself knows nothing of it.

- A product's `id` is its `external_id`, `category` and `style` are two levels of categories.
- The mall sells in yuan: dollars are multiplied by a fixed rate of 7.10, rounded half up to the fen.
- Names and descriptions are English.
- Photographs go to the products of the styles that they show, and else to any, always the same.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

YUAN_PER_DOLLAR = Decimal("7.10")

# English and Chinese names of what the list calls otherwise.
CATEGORIES = {
    "accessories": ("Accessories", "配饰"),
    "apparel": ("Apparel", "服装"),
    "beauty": ("Beauty", "美妆个护"),
    "books": ("Books", "图书"),
    "electronics": ("Electronics", "电子产品"),
    "floral": ("Flowers", "鲜花"),
    "footwear": ("Footwear", "鞋靴"),
    "furniture": ("Furniture", "家具"),
    "groceries": ("Groceries", "生鲜杂货"),
    "homedecor": ("Home Decor", "家居装饰"),
    "housewares": ("Housewares", "家用器皿"),
    "instruments": ("Instruments", "乐器"),
    "jewelry": ("Jewelry", "珠宝"),
    "outdoors": ("Outdoor Life", "户外生活"),
    "seasonal": ("Seasonal", "节庆"),
    "tools": ("Tools", "工具"),
    "food service": ("Food Service", "餐食"),
    "cold dispensed": ("Cold Drinks", "冷饮"),
    "salty snacks": ("Salty Snacks", "咸味零食"),
    "hot dispensed": ("Hot Drinks", "热饮"),
}
STYLES = {
    "backpack": "双肩包", "bag": "包袋", "belt": "腰带", "glasses": "眼镜", "handbag": "手提包", "watch": "手表",
    "jacket": "夹克", "scarf": "围巾", "shirt": "衬衫", "socks": "袜子", "bathing": "沐浴", "grooming": "护理",
    "cooking": "烹饪", "travel": "旅行", "cable": "线材", "camera": "相机", "computer": "电脑", "headphones": "耳机",
    "keyboard": "键盘", "speaker": "音箱", "television": "电视", "arrangement": "花艺", "bouquet": "花束",
    "centerpiece": "桌花", "plant": "绿植", "wreath": "花环", "boot": "靴子", "formal": "正装鞋", "sandals": "凉鞋",
    "sneaker": "运动鞋", "chairs": "椅子", "dressers": "衣柜", "sofas": "沙发", "tables": "桌子", "bakery": "烘焙",
    "dairy": "乳品", "fruits": "水果", "meat": "肉类", "seafood": "海鲜", "vegetables": "蔬菜", "clock": "时钟",
    "cushion": "靠垫", "decorative": "摆件", "lighting": "灯饰", "bedroom": "卧室", "bowls": "碗", "consumable": "耗材",
    "kitchen": "厨房用品", "salon": "美发", "keys": "键盘乐器", "microphone": "麦克风", "percussion": "打击乐器",
    "strings": "弦乐器", "wind": "管乐器", "bracelet": "手链", "earrings": "耳环", "necklace": "项链",
    "camping": "露营", "fishing": "钓鱼", "kayaking": "皮划艇", "pet": "宠物", "christmas": "圣诞", "easter": "复活节",
    "halloween": "万圣节", "valentine": "情人节", "axe": "斧", "drill": "电钻", "hammer": "锤", "knife": "刀",
    "plier": "钳", "saw": "锯", "screwdriver": "螺丝刀", "set": "套装", "wrench": "扳手", "pizza": "比萨",
    "nachos": "玉米片", "sandwiches/wraps": "三明治", "soup and salad": "汤和沙拉", "other cuisine": "其他菜肴",
    "fountain-carbonated": "汽水", "fountain-non-carbonated": "无气饮料", "nuts/seeds": "坚果", "potato chips": "薯片",
    "hot chocolate": "热巧克力",
}  # fmt: skip
# Words in the names of photographs, and the styles that they show.
PHOTOS = {
    "shirt": ("shirt", "jacket"),
    "tee": ("shirt",),
    "hoodie": ("jacket",),
    "plimsolls": ("sneaker", "formal", "boot", "sandals"),
    "dash-force": ("sneaker",),
    "blanace": ("sneaker", "formal"),
    "sunnies": ("glasses",),
    "cushion": ("cushion", "bedroom", "sofas"),
    "beanie": ("scarf", "socks"),
    "neck-warmer": ("scarf",),
    "book": ("cooking", "travel"),
    "drink": ("fruits", "vegetables", "fountain-carbonated", "fountain-non-carbonated", "dairy"),
    "mug": ("kitchen", "bowls", "hot chocolate"),
    "gift": ("christmas", "easter", "halloween", "valentine"),
}


def products(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of the list."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line, parse_float=Decimal)


def tree(path: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The categories that the list needs, each with those below it, as (English, Chinese)."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for product in products(path):
        children = found.setdefault(_category(product["category"]), [])
        style = _style(product["style"])
        if style not in children:
            children.append(style)
    return found


def documents(path: Path, photos: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The products as the mall's import takes them; `photos` are the names of the pictures that were uploaded."""
    for product in products(path):
        document = {
            "external_id": product["id"],
            "name": {"en": product["name"]},
            "description": {"en": product["description"]},
            "category": f"{_category(product['category'])[0]} > {_style(product['style'])[0]}",
            "tags": [product["style"]],
            "price": str(yuan(Decimal(product["price"]))),
            "stock": product["current_stock"],
            "pictures": picture(product["id"], product["style"], photos),
        }
        if product.get("gender_affinity"):
            document["gender_affinity"] = product["gender_affinity"]
        yield document


def yuan(dollars: Decimal) -> Decimal:
    """What so many dollars are in yuan, to the fen."""
    return (dollars * YUAN_PER_DOLLAR).quantize(Decimal("0.01"), ROUND_HALF_UP)


def picture(id: str, style: str, photos: Sequence[str]) -> list[str]:
    """The photograph of a product: one that shows its style, else any; none where there are none."""
    fitting = [
        photo for photo in photos for word, styles in PHOTOS.items() if style in styles and word in photo.lower()
    ]
    candidates = fitting or list(photos)
    return [candidates[zlib.crc32(id.encode()) % len(candidates)]] if candidates else []


def _category(name: str) -> tuple[str, str]:
    return CATEGORIES.get(name, (name.title(), name))


def _style(name: str) -> tuple[str, str]:
    return name.replace("/", " and ").capitalize(), STYLES.get(name, name)
