"""Where does a print stand that was not ready at once? Its address holds a key and nothing else."""

from django.urls import path

from . import views

urlpatterns = [path("<uuid:job_id>/", views.print_job, name="print_job")]
