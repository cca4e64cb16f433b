"""A simulator of Razorpay's Invoices API."""

from invoice_simulators.razorpay.api import Razorpay
from invoice_simulators.razorpay.settings import RazorpaySettings

__all__ = ["Razorpay", "RazorpaySettings"]
