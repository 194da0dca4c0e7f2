"""Where are the register of training, its courses, and everybody's own training?"""

from django.urls import URLPattern, path

from .views import courses, importing, keeping, mine

urlpatterns: list[URLPattern] = [
    path("training/", keeping.training, name="training"),
    path("training/note/", keeping.note_training, name="note_training"),
    path("training/people/<uuid:user_id>/", keeping.person_training, name="person_training"),
    path("training/records/<uuid:record_id>/", keeping.training_record, name="training_record"),
    path("training/records/<uuid:record_id>/withdraw/", keeping.withdraw_training, name="withdraw_training"),
    path("training/file/", importing.training_file, name="training_file"),
    path("training/file/example/", importing.training_example, name="training_example"),
    path("training/file/confirm/", importing.confirm_training, name="confirm_training"),
    path("training/courses/", courses.training_courses, name="training_courses"),
    path("training/courses/<uuid:course_id>/", courses.training_course, name="training_course"),
    path("my-training/", mine.my_training, name="my_training"),
    path("my-training/file/", mine.my_training_file, name="my_training_file"),
    path("my-training/guidance/<uuid:edition_id>/", mine.read_guidance, name="read_guidance"),
]
