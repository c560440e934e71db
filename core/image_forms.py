"""The forms in which pictures are uploaded, in place of Wagtail's: a damaged or huge file is an error in words, and what is
stored has no metadata. Wagtail answers 500 to files that are cut off: https://github.com/wagtail/wagtail/issues/1354."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from wagtail.admin.forms.account import AvatarPreferencesForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from core.image_files import HEIC, CleanImageFile, without_metadata


class ImageUploadField(WagtailImageField):
    """The file of a picture; what it gives is cleaned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The uploader's script shows this one for any other kind of file.
        self.error_messages["invalid_image_extension"] += " Save a HEIC picture as JPEG first."

    def to_python(self, data: Any) -> CleanImageFile | None:
        if data is not None and Path(str(data.name)).suffix.lower() in (".heic", ".heif"):
            raise ValidationError(HEIC, code="heic")
        file = super().to_python(data)
        return file and _cleaned(file)

    def check_image_file_format(self, file: Any) -> None:
        if file.image.format_name == "heic":
            raise ValidationError(HEIC, code="heic")
        super().check_image_file_format(file)

    def check_image_pixel_size(self, file: Any) -> None:
        """Left to the cleaning, which looks before it decodes: Wagtail decodes the picture to learn its size."""


class SiteImageForm(BaseImageForm):
    """The form of a picture, in all places where one is uploaded or changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            file = self.fields["file"]
            self.fields["file"] = ImageUploadField(label=file.label, required=file.required, widget=file.widget)


class AvatarForm(AvatarPreferencesForm):
    """The form of somebody's own photograph for the admin."""

    def clean_avatar(self) -> Any:
        file = self.cleaned_data.get("avatar")
        if isinstance(file, UploadedFile):
            self.cleaned_data["avatar"] = _cleaned(file)
        return super().clean_avatar()


def _cleaned(file: UploadedFile) -> CleanImageFile:
    try:
        return CleanImageFile(without_metadata(file, settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS), str(file.name))
    finally:
        file.seek(0)  # where another field is refused, the same upload is read once more
