"""Pictures of the mall: taken in once, shown in every size, kept while somebody shows them.

Owns a bucket and two DynamoDB tables. Originals and uploads are private (`originals`: `uploads/<owner>/<upload>`,
`originals/<sha256>`, `marks/<sha256>`); what the public sees lies in the mall's bucket `media` under
`p/<picture>/<side>.<ext>` and `s/<picture>/<size>.<ext>`, and never changes. The table `pictures`:

    id                  part                      is
    <picture id>        picture                   one content: its size, renditions, number of uses
    <picture id>        use#<user>                that a product (a shop, a banner, …) shows it
    <picture id>        holder#<owner>            that a merchant, or the platform, uploaded it
    <owner>             held#<picture id>         the same from the other side, and what it counts for the quota
    <owner>             upload#<upload id>        a file that was asked for, and what became of it; gone after weeks
    <owner>             name#<file name>          the latest picture of that file name
    <owner>             account                   how much the owner holds, may hold, and their watermark
    original#<sha256>   <picture id>              which pictures were made of an original

and the table `picture_heat`: how often pictures are asked for, at which level they were found, which are promoted.

Decisions that bind others:
- An owner is a merchant (`mch_…`) or the platform (`platform`). A picture's id is the digest of its content, and of the
  watermark if it has one: the same content is stored once however many upload it, and counts for each one's quota.
- Whoever shows a picture says so (`service.use`, `service.release`). What nobody has shown for a week is deleted.
- An upload is worked off from a queue, one picture at a time, in a confined process. A refusal is final and says why on
  the upload, in `images.PictureFailed`, and in the queue of refused pictures; nothing else waits for it.
"""
