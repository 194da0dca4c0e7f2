"""Where are the pages of files to the next school?"""

from django.urls import URLPattern, path

from .views import handing, listed, transfer

urlpatterns: list[URLPattern] = [
    path("sharing/transfers/", listed.transfers, name="transfers"),
    path("sharing/transfers/<uuid:transfer_id>/", transfer.transfer, name="transfer"),
    path("sharing/transfers/<uuid:transfer_id>/hand-over/", handing.hand_over_transfer, name="hand_over_transfer"),
    path("sharing/transfers/volumes/<uuid:volume_id>/", handing.transfer_volume, name="transfer_volume"),
    path("sharing/transfers/volumes/<uuid:volume_id>/read/", handing.read_volume, name="read_volume"),
    path("children/<uuid:child_id>/transfer/", listed.begin_transfer, name="begin_transfer"),
]
